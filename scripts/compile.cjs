// compile.cjs DIST usage|code: uses the built program as people do, in a project of its own. `usage` prints which chunks each command
// used; `code` writes what V8 compiled of it by then to code.bin, the help texts beside it, and prints where the code of each file stands.
const { mkdirSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { createLoader } = require('../bin/load.js');

const folder = mkdtempSync(join(tmpdir(), 'lab-build-'));
const projects = {
  // What needs neither expressions nor the parts of step types.
  plain: `name: go
steps:
  - id: first
    run: ['true']
`,
  rich: `name: go
steps:
  - id: first
    run: [echo, hello]
    outputs: { said: stdout }
  - id: second
    satisfied: once
    shell: echo \${{ steps.first.outputs.said }}
  - id: third
    run: ['true']
    health: [{ probe: command, run: ['true'] }]
`,
};

// The second run finds its files checked by the first.
const commands = Object.keys(projects).flatMap((project) =>
  [
    ['run', 'go', '--no-tty'],
    ['run', 'go', '--no-tty'],
    ['run', 'go', '--json'],
    ['run', 'go'],
    ['plan', 'go'],
    ['status'],
    ['logs'],
    // A short flag is commander's to read.
    ['logs', '-n', '20'],
    ['runs'],
    ['list'],
  ].map((words) => [...words, '--project', join(folder, project), '--state-dir', join(folder, project, 'state')]),
);

const makeProjects = () => {
  for (const [project, workflow] of Object.entries(projects)) {
    const variant = join(folder, project, 'workflows', 'one');
    mkdirSync(variant, { recursive: true });
    writeFileSync(join(variant, 'variant.yaml'), 'name: one\n');
    writeFileSync(join(variant, 'go.yaml'), workflow);
  }
};

/** As if a person sat there, whoever builds. */
const onTerminal = (words) => words[0] === 'run' && !words.includes('--no-tty') && !words.includes('--json');
process.env.TERM = 'xterm-256color';
for (const name of ['CI', 'GITHUB_ACTIONS']) delete process.env[name];

const perform = async (load, words) => {
  process.stdout.isTTY = onTerminal(words);
  await load('main.js').main(words);
  if (process.exitCode !== 0) throw new Error(`lab ${words.join(' ')} ended with ${process.exitCode}`);
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error');
};

/** Which chunks each of the commands used, the chunks in order of use: in a program of its own for each. */
const usage = async (dist) => {
  const used = {};
  for (const [at, words] of commands.entries()) {
    const { load, loaded } = createLoader(dist);
    await perform(load, words);
    for (const name of loaded()) {
      used[name] ??= [];
      used[name].push(at);
    }
  }
  return used;
};

/** The help texts, which `bin/lab.js` shows without loading the program. */
const keepHelp = async (dist, program, said) => {
  mkdirSync(join(dist, 'help'));
  for (const name of ['', ...(await program.commandNames()).filter((each) => /^[a-z]+$/.test(each))]) {
    said.length = 0;
    await program.runCommandLine(name === '' ? ['--help'] : [name, '--help']);
    writeFileSync(join(dist, 'help', `${name || 'lab'}.txt`), said.join(''));
  }
};

/**
 * All that is used here is used again and again. V8 notes for each function whether it ever was compiled for speed, and would do that
 * anew in every start; and it drops the code of what was not called for a while. The flags it runs with belong to the code it
 * accepts, so they are as usual when the code is taken: `--no-opt` would not do, since in Node 22 `--opt` does not take all of it back.
 */
const unhurried = async (work) => {
  for (const flag of ['--no-sparkplug', '--no-flush-bytecode', '--max-optimized-bytecode-size=0'])
    setFlagsFromString(flag);
  await work();
  for (const flag of ['--sparkplug', '--flush-bytecode', '--max-optimized-bytecode-size=61440'])
    setFlagsFromString(flag);
};

/** Prints where in code.bin the code of each file stands. */
const compiled = async (dist, said) => {
  const { load, scripts } = createLoader(dist);
  await unhurried(async () => {
    for (const words of commands) await perform(load, words);
  });
  const places = {};
  const codes = [];
  let at = 0;
  for (const [name, script] of scripts) {
    const code = script.createCachedData();
    places[name] = { at, length: code.length };
    codes.push(code);
    at += code.length;
  }
  writeFileSync(join(dist, 'code.bin'), Buffer.concat(codes));
  // Afterwards, so that what only help needs is not in the code that every command loads.
  await keepHelp(dist, load('command-line.js'), said);
  return places;
};

const main = async (dist, what) => {
  const { write } = process.stdout;
  const said = [];
  process.stdout.write = (text) => said.push(String(text)) > 0;
  let answer;
  try {
    makeProjects();
    answer = what === 'usage' ? await usage(dist) : await compiled(dist, said);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    process.stdout.write = write;
  }
  process.stdout.write(JSON.stringify(answer));
};

void main(...process.argv.slice(2));
