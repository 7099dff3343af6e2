import { execFile } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Ended, Lab } from '../faults/rig/lab.ts';
import { useProgram } from '../faults/rig/program.ts';
import { build, clear } from '../faults/rig/workflows.ts';

const program = useProgram();
const patient = { timeout: 120_000 };
const told = (ended: Ended): string => `${ended.code}\n${ended.stdout}\n${ended.stderr}`;

describe('a rehearsal with declared stand-ins', patient, () => {
  it('runs every step and changes nothing in the world or in the state', async () => {
    const lab = new Lab(program.main, { build, clear });
    const ended = await lab.run(['rehearse', 'build']);
    expect(ended.code, told(ended)).toBe(0);
    expect(ended.stdout).toContain('4 changed');
    expect(lab.deeds()).toEqual([]);
    expect(lab.runs()).toEqual([]);
  });

  it('survives its death at every moment', async () => {
    const lab = new Lab(program.main, { build, clear });
    for (const workflow of ['build', 'clear']) {
      const ended = await lab.run(['rehearse', workflow, '--crash', '--json']);
      expect(ended.code, told(ended)).toBe(0);
      const { checks } = JSON.parse(ended.stdout) as { checks: { result: { tried: number; findings: unknown[] } }[] };
      expect(checks[0]?.result.tried).toBeGreaterThan(10);
      expect(checks[0]?.result.findings).toEqual([]);
    }
  });

  it('finds the step that nothing proves, by killing it and by running it twice', async () => {
    const unproved =
      'name: build\nsteps:\n  - { id: blind, run: [touch, world/blind] }\n  - { id: after, run: ["true"] }\n';
    const lab = new Lab(program.main, { build: unproved });
    const ended = await lab.run(['rehearse', 'build', '--twice']);
    expect(ended.code, told(ended)).toBe(1);
    expect(ended.stdout).toContain('blind ran again: it has neither a health check nor `satisfied`');
  });

  it('tells of the step that runs again because nothing proves it, and that a death is survived all the same', async () => {
    const counting = `name: build
steps:
  - { id: counts, shell: "echo more >> world/log" }
  - { id: always, satisfied: never, run: [touch, world/a] }
  - { id: proved, run: [touch, world/b], health: [{ probe: file, path: world/b }] }
`;
    const ended = await new Lab(program.main, { build: counting }).run(['rehearse', 'build', '--crash']);
    expect(ended.code, told(ended)).toBe(0);
    expect(ended.stdout).toContain('counts: killed between its end and its record, it runs once more');
    expect(ended.stdout).not.toMatch(/(always|proved): killed/);
  });

  it('refuses to let a step fail that there is not, or that does nothing', async () => {
    const lab = new Lab(program.main, {
      build: 'name: build\nsteps:\n  - { id: looks, health: [{ probe: file, path: world, within: 0s }] }\n',
    });
    const wrong = await lab.run(['rehearse', 'build', '--fail', 'look']);
    expect(wrong.code, told(wrong)).toBe(2);
    expect(wrong.stderr).toContain('There is no step look. Did you mean looks?');
    const idle = await lab.run(['rehearse', 'build', '--fail', 'looks']);
    expect(idle.code, told(idle)).toBe(1);
    expect(idle.stdout).toContain('looks has no action that could fail');
    expect(idle.stdout).not.toContain('Interrupted');
  });

  it('shows the failure of a step, and that resume mends it', async () => {
    const lab = new Lab(program.main, { build, clear });
    const ended = await lab.run(['rehearse', 'build', '--fail', 'left']);
    expect(ended.code, told(ended)).toBe(0);
    expect(ended.stdout).toContain('Failed: left');
    expect(ended.stdout).toMatch(/blocked +last/);
    expect(ended.stdout).toContain('ok      left fails');
  });

  it('takes outputs from a file, for steps that compute with them', async () => {
    const counting = `name: build
steps:
  - { id: ask, run: [echo, "3"], outputs: { nodes: json }, health: [{ probe: command, run: ["true"] }] }
  - { id: each, foreach: { n: "\${{ steps.ask.outputs.nodes }}" }, run: [echo, "\${{ n }}"], health: [{ probe: command, run: ["true"] }] }
`;
    const lab = new Lab(program.main, { build: counting });
    expect((await lab.run(['rehearse', 'build'])).code).toBe(1);
    writeFileSync(join(lab.dir, 'stand-ins.yaml'), 'ask: { nodes: [a, b] }\n');
    const ended = await lab.run(['rehearse', 'build', '--stand-ins', 'stand-ins.yaml']);
    expect(ended.code, told(ended)).toBe(0);
    expect(ended.stdout).toContain('each[b]');
  });
});

describe('a transcript', patient, () => {
  const workflow = `name: build
secrets: { KEY: { env: TEST_KEY } }
steps:
  - id: ask
    shell: |
      echo "{\\"port\\": 4711}"
      echo "key is \${{ secrets.KEY }}" >&2
      touch world/ask
    outputs: { port: json.port }
    health: [{ probe: command, run: [cat, world/ask], expect: exitCode == 0 }]
  - id: use
    run: [sh, -c, "echo \${{ steps.ask.outputs.port }} > world/use"]
    health: [{ probe: command, run: [cat, world/use], expect: stdout == "4711\\n" }]
`;

  it('of a real run is enough to rehearse it elsewhere, and holds no secret', async () => {
    process.env['TEST_KEY'] = 'correct-horse-battery';
    const lab = new Lab(program.main, { build: workflow });
    const real = await lab.run(['run', 'build', '--record', 'build.transcript']);
    expect(real.code, told(real)).toBe(0);
    const text = readFileSync(join(lab.dir, 'build.transcript'), 'utf8');
    expect(text).toContain('key is ***');
    expect(text).not.toContain('correct-horse');
    const elsewhere = new Lab(program.main, { build: workflow });
    writeFileSync(join(elsewhere.dir, 'build.transcript'), text);
    for (const check of [[], ['--crash'], ['--twice'], ['--fail', 'use']]) {
      const ended = await elsewhere.run(['rehearse', 'build', '--transcript', 'build.transcript', ...check]);
      expect(ended.code, told(ended)).toBe(0);
    }
  });

  it('that does not know what a changed workflow asks says which question', async () => {
    process.env['TEST_KEY'] = 'correct-horse-battery';
    const lab = new Lab(program.main, { build: workflow });
    expect((await lab.run(['run', 'build', '--record', 'build.transcript'])).code).toBe(0);
    lab.write('build', workflow.replace('[cat, world/use]', '[cat, -v, world/use]'));
    const ended = await lab.run(['rehearse', 'build', '--transcript', 'build.transcript']);
    expect(ended.code, told(ended)).toBe(1);
    expect(ended.stdout).toContain('the transcript does not tell what command answers to ["cat","-v","world/use"]');
  });

  it('that is none, or is damaged, is told with its line', async () => {
    const lab = new Lab(program.main, { build });
    writeFileSync(join(lab.dir, 'none'), 'hello\n');
    const ended = await lab.run(['rehearse', 'build', '--transcript', 'none']);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('none:1: this is no transcript of a run');
  });
});

describe('a bundle', patient, () => {
  it('shows the same screens elsewhere, without a project or a state', async () => {
    const lab = new Lab(program.main, { build, clear });
    const real = await lab.run(['run', 'build']);
    expect((await lab.run(['report', '--bundle', '--out', 'run.tar.gz'])).code).toBe(0);
    const replayed = await lab.run(['replay', 'run.tar.gz']);
    expect(replayed.code, told(replayed)).toBe(0);
    const events = (text: string): readonly string[] =>
      text.split('\n').filter((line) => /^\d\d:\d\d:\d\d /.test(line));
    expect(events(replayed.stdout)).toEqual(events(real.stdout));
    const raw = await lab.run(['replay', lab.journalOf(lab.runs()[0] ?? ''), '--json']);
    expect(raw.stdout.split('\n').length).toBeGreaterThan(10);
  });

  it('holds no secret of the run, nor of the environment it is packed in', async () => {
    process.env['TEST_TOKEN'] = 'staple-horse-correct';
    process.env['TEST_SECRET'] = 'declared-and-masked';
    const lab = new Lab(program.main, {
      build: `name: build
inputs: { password: { type: string, default: from-an-input } }
secrets: { KEY: { env: TEST_SECRET } }
env: { DB_PASSWORD: from-the-environment }
steps:
  - { id: leaks, shell: "echo $TEST_TOKEN; echo \${{ secrets.KEY }}", outputs: { said: stdout, token: '"an-output"' } }
  - { id: connects, run: [echo, "postgres://me:in-an-address@db/x", --password, in-a-command] }
  - id: asked
    health: [{ probe: command, run: [sh, -c, 'echo "api_key=seen-by-a-probe"; env'], expect: 'stdout.contains("nothing")', within: 0s }]
  - { id: never, needs: [asked], run: ["true"] }
`,
    });
    expect((await lab.run(['run', 'build'])).code).toBe(1);
    const packed = await lab.run(['report', '--bundle', '--out', 'run.tar.gz']);
    expect(packed.code, told(packed)).toBe(0);
    const all = gunzipSync(readFileSync(join(lab.dir, 'run.tar.gz'))).toString();
    for (const name of ['***', 'journal.jsonl', 'leaks.1.log']) expect(all).toContain(name);
    for (const secret of [
      ...['staple-horse-correct', 'declared-and-masked', 'from-an-input', 'from-the-environment', 'an-output'],
      ...['in-an-address', 'in-a-command', 'seen-by-a-probe'],
    ])
      expect(all, secret).not.toContain(secret);
    const replayed = await lab.run(['replay', 'run.tar.gz', '--json']);
    for (const line of replayed.stdout.trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
    expect(replayed.code).toBe(1);
  });

  it('is an archive that tar reads, without a path that leads out of its folder', async () => {
    const lab = new Lab(program.main, { build, clear });
    expect((await lab.run(['run', 'build'])).code).toBe(0);
    // Without a PATH, so without tar: it is made and read by the program itself.
    const packed = await lab.run(['report', '--bundle'], undefined, ['env', '-i']);
    expect(packed.code, told(packed)).toBe(0);
    const [run = ''] = lab.runs();
    const file = join(lab.dir, `lab-${run}.tar.gz`);
    const { stdout } = await promisify(execFile)('tar', ['-tzf', file]);
    expect(stdout.trimEnd().split('\n').sort()).toEqual(
      ['journal.jsonl', 'plan.json', 'run.json', 'versions.json'].map((name) => `lab-${run}/${name}`).sort(),
    );
    const { mode } = statSync(file);
    expect(mode & 0o077).toBe(0);
  });

  it('that is none, or is cut off, is told with exit 2', async () => {
    const lab = new Lab(program.main, { build });
    expect((await lab.run(['run', 'build'])).code).toBe(0);
    expect((await lab.run(['report', '--bundle', '--out', 'run.tar.gz'])).code).toBe(0);
    const whole = readFileSync(join(lab.dir, 'run.tar.gz'));
    const files = {
      cut: whole.subarray(0, whole.length / 2),
      empty: gzipSync(''),
      odd: gzipSync(Buffer.alloc(4096, 0xff)),
      none: Buffer.from('hello\n'),
    };
    for (const [name, bytes] of Object.entries(files)) {
      writeFileSync(join(lab.dir, name), bytes);
      const ended = await lab.run(['replay', name]);
      expect([name, ended.code], told(ended)).toEqual([name, 2]);
      expect(ended.stderr).not.toContain('mistake in lab');
    }
    expect((await lab.run(['replay', 'nowhere'])).code).toBe(2);
  });
});
