// The program as it is shipped, built once for the tests of a file; so that no other build comes between.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

const root = new URL('../../..', import.meta.url).pathname;

/** The path of the program's main file, once the tests run. */
export const useProgram = (): { readonly main: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-program-'));
  beforeAll(async () => {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module", "version": "0.0.0-test" }\n');
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
    const build = spawn(process.execPath, [join(root, 'scripts/build.mjs'), join(folder, 'dist')], {
      stdio: 'inherit',
    });
    const code = await new Promise((resolve) => build.once('close', resolve));
    if (code !== 0) throw new Error(`the build ended with ${code}`);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return { main: join(folder, 'bin', 'lab.js') };
};
