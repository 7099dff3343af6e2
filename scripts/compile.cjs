// Uses the program as people do, in a project of its own, and writes what V8 compiled of it by then to code.bin in the folder of the
// build. Prints where in that file the code of each chunk stands.
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
  await program.runCommandLine(['--help']);
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
  process.stdout.write = () => true;
  const { load, scripts } = createLoader(dist);
  try {
    await use(load('command-line.js'));
  } finally {
    rmSync(project, { recursive: true, force: true });
    process.stdout.write = write;
  }
  process.stdout.write(JSON.stringify(keep(dist, scripts)));
};

void main(process.argv[2]);
