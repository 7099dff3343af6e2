#!/usr/bin/env node
// The way in. It only finds the built program, so that `npx lab` works in a checkout and says what to do before the build.
import { existsSync } from 'node:fs';

const program = new URL('../dist/main.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  process.stderr.write(
    'lab: the program is not built yet. Run `npm ci` (it builds too) or `npm run build`, then try again.\n',
  );
  process.exitCode = 70;
}
