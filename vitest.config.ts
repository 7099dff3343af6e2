import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // `npm run test:tools` runs these.
    exclude: [...configDefaults.exclude, 'test/tools/**'],
    // Two shared cores: conditions are awaited, and a slow machine is no failure.
    testTimeout: 180_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // Real routers on a shared machine: one more try there, and the report tells of it.
    retry: process.env['CI'] ? 1 : 0,
  },
});
