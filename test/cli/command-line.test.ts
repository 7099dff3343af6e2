import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { openProject, tinyFiles, until } from './rig/project.ts';

const program = useProgram();
const repository = new URL('../..', import.meta.url).pathname;
const looks: readonly (readonly string[])[] = [
  ['plan'],
  ['why', 'gate'],
  ['status'],
  ['runs'],
  ['list'],
  ['validate'],
  ['doctor'],
];

describe('the command line', () => {
  it('lists what is right beside what is wrong, and ends as for a wrong file', async () => {
    const project = openProject(program);
    project.write('workflows/other/variant.yaml', 'nme: other\n');
    project.write('workflows/tiny/verify.yaml', 'name: verify\nsteps:\n  - { id: look, rn: [echo] }\n');
    const listed = await project.lab('list');
    expect(listed.code).toBe(3);
    expect(listed.stdout).toMatch(/^tiny {2}[\s\S]*\n {4}teardown/);
    expect(listed.stdout).toMatch(/verify\n +can't be read:\n +workflows\/tiny\/verify\.yaml:3:17: error: .*`rn`/);
    expect(listed.stdout).toMatch(/\nother\n +can't be read:\n[\s\S]*workflows\/other\/variant\.yaml:1:1: error/);
    const { variants, broken } = JSON.parse((await project.lab('list', '--json')).stdout);
    expect(variants).toMatchObject([{ name: 'tiny', broken: [{ name: 'verify' }] }]);
    expect(broken).toMatchObject([{ name: 'other', problem: expect.stringContaining('did you mean `name`') }]);
  });

  it('lists what can be run on one screen, and one variant or all in full when asked', async () => {
    const project = openProject(program);
    const short = await project.lab('list', '--project', repository);
    expect(short.code).toBe(0);
    expect(short.stdout.split('\n').length).toBeLessThan(24);
    expect(short.stdout).toMatch(/ {4}deploy +Builds/);
    expect((await project.lab('list')).stdout).toMatch(/^tiny[\s\S]*inputs +size\nother variants +other\n/);
    const one = await project.lab('list', 'other');
    expect(one.stdout).toMatch(/^other[\s\S]*\n {4}deploy/);
    const long = await project.lab('list', '--long');
    expect(long.stdout).toMatch(/^tiny[\s\S]*size +integer +=? ?1 +How many parts[\s\S]*\nother/);
    await project.lab('run', 'deploy', '--variant', 'other');
    expect((await project.lab('list')).stdout).toMatch(/^other {2}\n {2}is deployed/);
    const wrong = await project.lab('list', 'othr');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Did you mean other?')]);
    expect(JSON.parse((await project.lab('list', 'other', '--json')).stdout).variants).toMatchObject([
      { name: 'other' },
    ]);
  });

  it('says what can be run where there is nothing to resume', async () => {
    const project = openProject(program);
    expect((await project.lab('resume')).stderr).toContain('npx lab list');
    await project.lab('run', 'deploy', '--variant', 'other');
    const ended = await project.lab('resume');
    expect(ended.code).toBe(6);
    expect(ended.stderr).toContain('npx lab run deploy --variant other');
  });

  it('names what was probably meant, with the exit code of a wrong command line', async () => {
    const project = openProject(program);
    const wrong: readonly [readonly string[], RegExp][] = [
      [['stauts'], /Did you mean status\?/],
      [['deploy'], /npx lab run deploy/],
      [['depoly', '--yes'], /npx lab run deploy/],
      [['run', 'deplyo'], /has no workflow deplyo\. Did you mean deploy\?/],
      [['run', 'deploy', '--variant', 'othre'], /no variant othre\. Did you mean other\?/],
      [['run', 'deploy', '--set', 'sise=2'], /input sise: .*size/],
      [['run', 'deploy', '--set', 'size=many'], /input size/],
      [['run', 'deploy', '--only', 'bsae'], /no step bsae\. Did you mean base\?/],
      [['run', 'deploy', '--form', 'base'], /Did you mean --from\?/],
      [['run', 'deploy', '--assume', 'base'], /--reason/],
      [['run'], /missing required argument/],
      [['plan', '--until', 'wel'], /Did you mean well\?/],
      [['validate', '--variant', 'othr'], /Did you mean other\?/],
      [['schema', 'varaint'], /Did you mean variant\?/],
      [['completion', 'fihs'], /Did you mean fish\?/],
      [['logs', 'last'], /no runs yet/],
      [['--project', '/', 'list'], /No project here/],
    ];
    for (const [args, words] of wrong) {
      const ended = await project.lab(...args);
      expect({ args, code: ended.code }).toEqual({ args, code: 2 });
      expect(ended.stderr).toMatch(words);
    }
    expect(project.has('state')).toBe(false);
  });

  it('ends with 3 for a wrong file, 4 for a host that lacks something, 5 for a bad state, 6 with nothing to resume', async () => {
    const project = openProject(program);
    expect(await project.lab('resume')).toMatchObject({ code: 6 });
    project.write('workflows/tiny/deploy.yaml', 'name: deploy\nsteps: [{ id: a, rnu: [x] }]\n');
    expect(await project.lab('plan')).toMatchObject({ code: 3 });
    project.write(
      'workflows/tiny/deploy.yaml',
      'name: deploy\nsteps: [{ id: a, run: [x], foreach: { n: "${{ 5 }}" } }]\n',
    );
    const foreach = await project.lab('run', 'deploy');
    expect(foreach).toMatchObject({ code: 3 });
    expect(foreach.stderr).toMatch(/workflows\/tiny\/deploy\.yaml:2:\d+: step a: .*list or a map/);
    project.write(
      'workflows/tiny/variant.yaml',
      'name: tiny\nrequires: { tools: [{ tool: no-such-tool-anywhere }] }\n',
    );
    project.write('workflows/tiny/deploy.yaml', tinyFiles['workflows/other/deploy.yaml'] ?? '');
    const host = await project.lab('run', 'deploy', '--variant', 'tiny');
    expect(host).toMatchObject({ code: 4 });
    expect(host.stderr).toContain('no-such-tool-anywhere');
    project.write('state/state.json', '{ "format": 99 }');
    expect(await project.lab('status')).toMatchObject({ code: 5 });
  });

  it('tells of every command what it does, with examples and exit codes', async () => {
    const project = openProject(program);
    const help = await project.lab('--help');
    expect(help.code).toBe(0);
    const commands = [...help.stdout.matchAll(/^ {2}([a-z]+) (?:\[options\] )?/gm)].map(([, name = '']) => name);
    expect(commands).toEqual(expect.arrayContaining(['run', 'resume', 'redo', 'adopt', 'why', 'graph', 'completion']));
    const shipped = openProject(program, {});
    for (const folder of ['workflows', 'assets']) symlinkSync(join(repository, folder), join(shipped.dir, folder));
    const graph = await shipped.lab('graph', '--variant', 'frr-netns', '--children');
    expect(graph).toMatchObject({ code: 0 });
    for (const command of commands.filter((name) => name !== 'help')) {
      const { code, stdout } = await project.lab(command, '--help');
      expect({ command, code }).toEqual({ command, code: 0 });
      expect({ command, found: /Examples:\n {2}npx lab/.test(stdout) }).toEqual({ command, found: true });
      // What an example names is there.
      for (const [, address = ''] of stdout.matchAll(/'(\w+\[\w+\])'/g)) expect(graph.stdout).toContain(address);
      expect({ command, found: /Exit codes:\n {2}0/.test(stdout) }).toEqual({ command, found: true });
    }
  });

  it('gives one JSON document, and no colour where there is no terminal', async () => {
    const project = openProject(program);
    await project.lab('run', 'deploy');
    for (const look of looks) {
      const { stdout } = await project.lab(...look, '--json');
      expect(JSON.parse(stdout)).toBeTypeOf('object');
      expect((await project.lab(...look)).stdout).not.toContain('\u001b');
    }
  });

  it('looks while a run is under way, and writes nothing', async () => {
    const project = openProject(program, {
      ...tinyFiles,
      'workflows/tiny/deploy.yaml':
        'name: deploy\nsteps:\n  - { id: first, run: [echo, hello], satisfied: once }\n  - id: gate\n    shell: echo waiting; while test ! -e go; do sleep 0.05; done\n',
    });
    const run = project.start(['run', 'deploy', '--json']);
    let seen = '';
    run.child.stdout?.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
    });
    // Its log is written aside, and may come later than the event.
    const logged = (): boolean => project.stateFiles().some((file) => /gate\.1\.log 8 /.test(file));
    await until(() => /"step.output".*waiting/.test(seen) && logged());
    const files = project.stateFiles();
    for (const look of looks.filter(([name]) => name !== 'doctor'))
      expect([look[0], (await project.lab(...look)).code]).toEqual([look[0], look[0] === 'status' ? 1 : 0]);
    expect(project.stateFiles()).toEqual(files);
    expect((await project.lab('runs')).stdout).toContain('running');
    expect((await project.lab('plan')).stdout).toContain('a run is under way');
    const locked = await project.lab('run', 'deploy');
    expect(locked).toMatchObject({ code: 5 });
    expect(locked.stderr).toContain(String(run.child.pid));
    const follower = project.start(['logs', '-f']);
    let followed = '';
    follower.child.stdout?.on('data', (chunk: Buffer) => {
      followed += chunk.toString();
    });
    await until(() => followed.includes('gate | waiting'));
    project.write('go', '');
    expect((await run.ended).code).toBe(0);
    expect(await follower.ended).toMatchObject({ code: 0, stdout: 'first | hello\ngate | waiting\n' });
  });

  it('ends quietly when nobody reads any more', async () => {
    const project = openProject(program);
    const child = spawn(process.execPath, [program.main, 'schema'], {
      cwd: project.dir,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    child.stdout.destroy();
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(complaint).toBe('');
  });

  it('says what to do when it is not built', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'lab-unbuilt-'));
    const { cpSync } = await import('node:fs');
    cpSync(new URL('../../bin', import.meta.url).pathname, join(dir, 'bin'), { recursive: true });
    const child = spawn(process.execPath, [join(dir, 'bin/lab.js')], { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    rmSync(dir, { recursive: true });
    expect(code).toBe(70);
    expect(complaint).toContain('npm run build');
  });
});
