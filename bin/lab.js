#!/usr/bin/env node
// The way in. It only finds the built program, so that `npx lab` works in a checkout and says what to do before the build.
const { existsSync, readFileSync, writeSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const [first, ...others] = process.argv.slice(2);

if (others.length === 0 && (first === '--version' || first === '-V')) {
  // Asked by scripts again and again: answered without the program, whose loading would be most of the time.
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  say(`${version}\n`);
} else if (existsSync(join(root, 'dist', 'index.json'))) {
  const { createLoader } = require('./load.js');
  createLoader(join(root, 'dist')).load('main.js');
} else {
  process.stderr.write(
    'lab: the program is not built yet. Run `npm ci` (it builds too) or `npm run build`, then try again.\n',
  );
  process.exitCode = 70;
}

/** Straight to the descriptor: a stream for one line costs more than the line. */
function say(text) {
  try {
    writeSync(1, text);
  } catch (error) {
    if (error.code === 'EAGAIN') process.stdout.write(text);
    else if (error.code !== 'EPIPE') throw error;
  }
}
