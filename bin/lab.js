#!/usr/bin/env node
// The way in: loads the program that `npm run build` made, and says what to do when it is not there.
const { join } = require('node:path');
const { loadProgram } = require('./load.js');

try {
  void loadProgram(join(__dirname, '..', 'dist')).exports.main(process.argv.slice(2));
} catch (error) {
  const [words, exitCode] = meaningOf(error);
  process.stderr.write(`lab: ${words}\n`);
  process.exitCode = exitCode;
}

function meaningOf(error) {
  switch (error.code) {
    case 'ENOENT':
      return ['the program is not built yet. Run `npm ci` (it builds too) or `npm run build`, then try again.', 70];
    case 'EMFILE':
    case 'ENFILE':
      return [`too many files are open (${error.code}). Raise the limit (ulimit -n 1024), then try again.`, 4];
    default:
      throw error;
  }
}
