#!/usr/bin/env node
// The way in. It only finds the built program, so that `npx lab` works in a checkout and says what to do before the build.
import { existsSync } from 'node:fs';

const program = new URL('../dist/main.js', import.meta.url);
if (existsSync(program)) {
  try {
    await import(program.href);
  } catch (error) {
    if (error.code !== 'EMFILE' && error.code !== 'ENFILE') throw error;
    process.stderr.write(
      `lab: too many files are open (${error.code}). Raise the limit (ulimit -n 1024), then try again.\n`,
    );
    process.exitCode = 4;
  }
} else {
  process.stderr.write(
    'lab: the program is not built yet. Run `npm ci` (it builds too) or `npm run build`, then try again.\n',
  );
  process.exitCode = 70;
}
