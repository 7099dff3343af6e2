// Bundles the program into dist/: ES modules in chunks, so that a command loads only what it uses.
import { readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
const absWorkingDir = new URL('..', import.meta.url).pathname;
// What runs in the browser: one script and one style, which the program puts into its pages.
await build({
  absWorkingDir,
  entryPoints: ['web/page.ts', 'web/page.css'],
  outdir: 'dist',
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  charset: 'utf8',
});
await build({
  absWorkingDir,
  entryPoints: { main: 'src/cli/main.ts', api: 'src/api.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  mainFields: ['module', 'main'],
  target: 'node20.19',
  sourcemap: 'linked',
  // jiti finds its own files beside itself.
  external: ['jiti'],
  define: { LAB_VERSION: JSON.stringify(version) },
  banner: {
    js: "import { createRequire as __labRequire } from 'node:module'; const require = __labRequire(import.meta.url);",
  },
});
