#!/usr/bin/env node
// The way in. It only finds the built program, so that `npx lab` works in a checkout and says what to do before the build.
const { readFileSync, writeSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const [first, ...others] = process.argv.slice(2);

try {
  start(builtProgram());
} catch (error) {
  if (error.code !== 'EMFILE' && error.code !== 'ENFILE') throw error;
  process.stderr.write(
    `lab: too many files are open (${error.code}). Raise the limit (ulimit -n 1024), then try again.\n`,
  );
  process.exitCode = 4;
}

function start(program) {
  // What needs no more than a text is answered without the program, whose loading would be most of the time.
  const help = program && helpText(program);
  if (others.length === 0 && (first === '--version' || first === '-V')) {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    say(`${version}\n`);
  } else if (help !== undefined) {
    say(help);
    if (first === undefined) process.exitCode = 2;
  } else if (program !== undefined) {
    void require('./load.js').createLoader(program).load('main.js').main(process.argv.slice(2));
  } else {
    process.stderr.write(
      'lab: the program is not built yet. Run `npm ci` (it builds too) or `npm run build`, then try again.\n',
    );
    process.exitCode = 70;
  }
}

/** The folder of what was built last; undefined before anything was. */
function builtProgram() {
  try {
    const current = readFileSync(join(root, 'dist', 'current'), 'utf8');
    return join(root, 'dist', current.slice(0, current.indexOf('\n')));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Undefined when something else is asked for, or nothing of that name is known. */
function helpText(program) {
  const isHelp = (word) => word === '--help' || word === '-h';
  const [name, more] =
    first === undefined || isHelp(first) ? ['lab', others[0]] : [isHelp(others[0]) ? first : '', others[1]];
  if (more !== undefined || !/^[a-z]+$/.test(name)) return undefined;
  try {
    return readFileSync(join(program, 'help', `${name}.txt`), 'utf8');
  } catch {
    return undefined;
  }
}

/** Straight to the descriptor: a stream for one line costs more than the line. */
function say(text) {
  const bytes = Buffer.from(text);
  let at = 0;
  try {
    while (at < bytes.length) at += writeSync(1, bytes, at);
  } catch (error) {
    if (error.code === 'EAGAIN') process.stdout.write(bytes.subarray(at));
    else if (error.code !== 'EPIPE') throw error;
  }
}
