import { describe, expect, it } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { deedsOf, openProject } from './rig/project.ts';

const program = useProgram();

describe('redo', () => {
  it('takes away what a step made, runs it again, and looks again at what rests on it', async () => {
    const project = openProject(program);
    await project.lab('run', 'deploy', '--set', 'size=2');
    deedsOf(project);
    const ended = await project.lab('redo', 'part[b]', '--json');
    expect(ended.code).toBe(0);
    expect(deedsOf(project)).toEqual(['undo part-b', 'part-b']);
    const events = ended.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const finished = events.filter((event) => event.type === 'step.finished').map((event) => event.address);
    expect(finished.toSorted()).toEqual(['gate', 'part[b]', 'well']);
    expect(events[0]).toMatchObject({ type: 'run.started', workflow: 'deploy', inputs: { size: 2 } });
    expect(project.runs()).toHaveLength(2);
  });

  it('runs a step again that says nothing of how to undo it', async () => {
    const project = openProject(program);
    await project.lab('run', 'deploy');
    deedsOf(project);
    expect((await project.lab('redo', 'gate')).code).toBe(0);
    expect(deedsOf(project)).toEqual(['gate']);
    const undo = await project.lab('redo', '--undo', 'gate');
    expect(undo).toMatchObject({ code: 2 });
    expect(undo.stderr).toContain('gate has made nothing that is known');
  });

  it('--undo only takes away, and the next run makes it again', async () => {
    const project = openProject(program);
    await project.lab('run', 'deploy');
    deedsOf(project);
    expect((await project.lab('redo', '--undo', 'once', 'part')).code).toBe(0);
    expect(deedsOf(project).toSorted()).toEqual(['undo once', 'undo part-a']);
    const status = JSON.parse((await project.lab('status', '--json')).stdout);
    expect(status.created).toBe(1);
    expect(status.steps.filter((step: { holds: boolean }) => !step.holds)).toHaveLength(3);
    await project.lab('run', 'deploy');
    expect(deedsOf(project).toSorted()).toEqual(['once', 'part-a']);
  });

  it('that fails is continued without doing again what is done', async () => {
    const project = openProject(program);
    await project.lab('run', 'deploy');
    deedsOf(project);
    project.write('broken', '');
    expect((await project.lab('redo', 'once', 'gate')).code).toBe(1);
    expect(deedsOf(project)).toEqual(['undo once', 'once', 'gate']);
    project.remove('broken');
    expect((await project.lab('resume')).code).toBe(0);
    expect(deedsOf(project)).toEqual(['gate']);
    expect((await project.lab('resume')).code).toBe(6);
  });

  it('names the nearest step, and what is no longer in the workflow', async () => {
    const project = openProject(program);
    await project.lab('run', 'deploy', '--set', 'size=2');
    expect(await project.lab('redo', 'gaet')).toMatchObject({
      code: 2,
      stderr: 'There is no step gaet. Did you mean gate?\n',
    });
    expect((await project.lab('redo', 'part[d]')).stderr).toMatch(
      /There is no step part\[d\]\. Did you mean part\[.\]\?/,
    );
  });
});

describe('adopt', () => {
  it('takes over what was made by hand, changes nothing, and can take it down', async () => {
    const project = openProject(program);
    for (const name of ['base', 'part-a', 'part-b']) project.write(`world/${name}`, '');
    const adopted = await project.lab('adopt', '--set', 'size=2');
    expect(adopted.code).toBe(0);
    expect(deedsOf(project)).toEqual([]);
    const status = JSON.parse((await project.lab('status', '--json')).stdout);
    expect(status).toMatchObject({ deployed: { variant: 'tiny', inputs: { size: 2 } }, created: 3 });
    expect((await project.lab('run', 'teardown')).code).toBe(0);
    expect(deedsOf(project).toSorted()).toEqual(['undo base', 'undo part-a', 'undo part-b']);
    expect(project.has('world/base')).toBe(false);
  });

  it('lets the next run do only what was not there', async () => {
    const project = openProject(program);
    for (const name of ['base', 'part-a']) project.write(`world/${name}`, '');
    await project.lab('adopt');
    await project.lab('run', 'deploy');
    expect(deedsOf(project)).toEqual(['once', 'gate']);
  });

  it('puts into the ledger what is there but not as it should be', async () => {
    const project = openProject(program);
    const text = project.read('workflows/tiny/deploy.yaml');
    project.write(
      'workflows/tiny/deploy.yaml',
      text.replace('path: world/base, within', 'path: world/base, expect: "size > 3", within'),
    );
    project.write('world/base', '');
    await project.lab('adopt');
    const status = JSON.parse((await project.lab('status', '--json')).stdout);
    expect(status.created).toBe(1);
    await project.lab('run', 'teardown');
    expect(deedsOf(project)).toEqual(['undo base']);
  });

  it('of nothing deploys nothing', async () => {
    const project = openProject(program);
    expect((await project.lab('adopt')).code).toBe(0);
    expect((await project.lab('status')).stdout).toContain('Nothing is deployed.');
    expect(await project.lab('adopt', 'teardown')).toMatchObject({ code: 2 });
  });
});

describe('plan and why', () => {
  it('tell what acts from what only waits, and where it begins', async () => {
    const project = openProject(program);
    await project.lab('run', 'deploy');
    project.remove('world/part-a');
    const plan = JSON.parse((await project.lab('plan', '--json')).stdout);
    expect(plan.totals).toEqual({ run: 1, wait: 1, keep: 3 });
    const { stdout } = await project.lab('plan');
    expect(stdout).toMatch(/^\+ run +part\[a\] .*not there/m);
    expect(stdout).toMatch(/^\. wait +well .*waits for all parts/m);
    expect(stdout).toMatch(/1 to run, 1 to wait for, 3 to keep\. About /);
    const why = await project.lab('why', 'well');
    expect(why.stdout).toContain('well will only wait: all parts');
    expect(why.stdout).toContain(`last: satisfied`);
    expect(why.stdout).toContain(`in run ${project.runs()[0]}`);
  });

  it('follow a chain of causes through what is needed', async () => {
    const project = openProject(program);
    const before = await project.lab('why', 'gate');
    expect(before.stdout).toContain('gate will run: it has not run yet\n  no run knows it\n  because part[a]');
    expect(before.stdout).toContain('    because base (The base) will run');
    expect(before.stdout).toContain('because of base, see above');
    expect(before.stdout).toContain('It begins with base.');
    const document = JSON.parse((await project.lab('why', 'gate', '--json')).stdout);
    expect(document.steps[0].causes[0].causes[0]).toMatchObject({ address: 'base', verdict: 'run', last: null });
    expect(await project.lab('why', 'gaet')).toMatchObject({ code: 2 });
  });

  it('tell why a step failed last', async () => {
    const project = openProject(program);
    project.write('broken', '');
    await project.lab('run', 'deploy');
    const { stdout } = await project.lab('why', 'gate');
    expect(stdout).toMatch(/last: failed .* its command exited with code 1/);
  });
});
