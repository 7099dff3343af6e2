// The program as it is shipped, bundled once for the tests of a file; so that no other build comes between.
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll } from 'vitest';

const root = new URL('../../..', import.meta.url).pathname;

/** The path of the program's main file, once the tests run. */
export const useProgram = (): { readonly main: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-program-'));
  beforeAll(async () => {
    cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    await build({
      absWorkingDir: root,
      entryPoints: ['web/page.ts', 'web/page.css'],
      outdir: join(folder, 'dist'),
      bundle: true,
      minify: true,
      format: 'iife',
      charset: 'utf8',
    });
    await build({
      absWorkingDir: root,
      entryPoints: { main: 'src/cli/main.ts', api: 'src/api.ts' },
      outdir: join(folder, 'dist'),
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      mainFields: ['module', 'main'],
      target: 'node20.19',
      external: ['jiti'],
      define: { LAB_VERSION: '"0.0.0-test"' },
      banner: {
        js: "import { createRequire as __labRequire } from 'node:module'; const require = __labRequire(import.meta.url);",
      },
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return { main: join(folder, 'bin', 'lab.js') };
};
