import { defineConfig } from 'vitest/config';

// Real programs, which `npm test` does without: one file after the other, each with an engine or a cluster of its own.
export default defineConfig({
  test: {
    include: ['test/tools/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
    retry: process.env['CI'] ? 1 : 0,
  },
});
