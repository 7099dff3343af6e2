// Uses the program as people do, in a project of its own, and writes what V8 compiled of it by then to code.bin in the folder of the
// build, and the help texts beside it. Prints where in that file the code of each chunk stands.
const { mkdirSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { createLoader } = require('../bin/load.js');

const project = mkdtempSync(join(tmpdir(), 'lab-build-'));
const variant = join(project, 'workflows', 'one');
const workflow = `name: go
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
`;

const use = async (program) => {
  mkdirSync(variant, { recursive: true });
  writeFileSync(join(variant, 'variant.yaml'), 'name: one\n');
  writeFileSync(join(variant, 'go.yaml'), workflow);
  const there = ['--project', project, '--state-dir', join(project, 'state')];
  for (const words of [
    ['run', 'go', '--no-tty'],
    ['run', 'go', '--no-tty'],
    ['run', 'go', '--json'],
    ['plan', 'go'],
    ['status'],
    ['logs'],
    ['runs'],
    ['list'],
  ]) {
    const code = await program.runCommandLine([...words, ...there]);
    if (code !== 0) throw new Error(`lab ${words.join(' ')} ended with ${code}`);
  }
};

/** The help texts, which `bin/lab.js` shows without loading the program. */
const keepHelp = async (dist, program, said) => {
  mkdirSync(join(dist, 'help'));
  for (const name of ['', ...program.commandNames().filter((each) => /^[a-z]+$/.test(each))]) {
    said.length = 0;
    await program.runCommandLine(name === '' ? ['--help'] : [name, '--help']);
    writeFileSync(join(dist, 'help', `${name || 'lab'}.txt`), said.join(''));
  }
};

const keep = (dist, scripts) => {
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
  return places;
};

const main = async (dist) => {
  const { write } = process.stdout;
  const said = [];
  process.stdout.write = (text) => said.push(String(text)) > 0;
  const { load, scripts } = createLoader(dist);
  try {
    const program = load('command-line.js');
    await use(program);
    await keepHelp(dist, program, said);
  } finally {
    rmSync(project, { recursive: true, force: true });
    process.stdout.write = write;
  }
  process.stdout.write(JSON.stringify(keep(dist, scripts)));
};

void main(process.argv[2]);
