// keep-code.cjs DIST: runs the built program as people do, in a project of its own, and keeps the code that V8 compiled of it by then.
const { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { loadProgram } = require('../bin/load.js');

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

const main = async (dist) => {
  const project = mkdtempSync(join(tmpdir(), 'lab-build-'));
  const { write } = process.stdout;
  process.stdout.write = () => true;
  try {
    mkdirSync(join(project, 'workflows', 'one'), { recursive: true });
    writeFileSync(join(project, 'workflows', 'one', 'variant.yaml'), 'name: one\n');
    writeFileSync(join(project, 'workflows', 'one', 'go.yaml'), workflow);
    const { exports, script, checksum } = loadProgram(dist);
    for (const words of ['run go --no-tty', 'run go --json', 'plan go', 'status', 'logs', 'runs', 'list']) {
      await exports.main([...words.split(' '), '--project', project, '--state-dir', join(project, 'state')]);
      if (process.exitCode !== 0) throw new Error(`lab ${words} ended with ${process.exitCode}`);
      for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error');
    }
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(checksum);
    const draft = join(dist, `lab.code.${process.pid}`);
    writeFileSync(draft, Buffer.concat([sum, script.createCachedData()]));
    renameSync(draft, join(dist, 'lab.code'));
  } finally {
    rmSync(project, { recursive: true, force: true });
    process.stdout.write = write;
  }
};

void main(process.argv[2]);
