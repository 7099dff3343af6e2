import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { deedsOf, openProject } from './rig/project.ts';

const program = useProgram();
const everything = ['base', 'part-a', 'once', 'gate'];

describe('a deployment', () => {
  it('keeps its inputs, says so, and goes back to the defaults when asked', async () => {
    const project = openProject(program);
    await project.lab('run', 'deploy', '--set', 'size=2');
    deedsOf(project);
    const again = await project.lab('run', 'deploy');
    expect(again.stdout).toContain('inputs as deployed: size=2; --defaults');
    expect(project.has('world/part-c')).toBe(true);
    const plain = await project.lab('run', 'deploy', '--defaults');
    expect(plain.stdout).not.toContain('inputs as deployed');
    expect(plain.stdout).toContain('part[b], part[c] are no longer in the workflow');
    expect(plain.stdout).toContain("npx lab redo --undo 'part[b]' 'part[c]'");
    expect((await project.lab('redo', '--undo', 'part[b]', 'part[c]')).code).toBe(0);
    expect(project.has('world/part-c')).toBe(false);
    expect((await project.lab('run', 'deploy')).stdout).not.toContain('no longer in the workflow');
  });

  it('keeps another variant out until it is taken down', async () => {
    const project = openProject(program);
    await project.lab('run', 'deploy', '--variant', 'tiny');
    const refused = await project.lab('run', 'deploy', '--variant', 'other');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('tiny is deployed');
    expect(refused.stderr).toContain('npx lab run teardown --variant tiny');
    expect((await project.lab('run', 'teardown')).code).toBe(0);
    expect((await project.lab('run', 'deploy', '--variant', 'other')).code).toBe(0);
  });

  it('says that its workflow is gone, and is taken down all the same', async () => {
    const project = openProject(program);
    await project.lab('run', 'deploy');
    project.remove('workflows/tiny/deploy.yaml');
    for (const words of [['status'], ['why', 'base'], ['redo', '--undo', 'base']]) {
      const { code, stdout, stderr } = await project.lab(...words);
      expect({ words, code }).toEqual({ words, code: 3 });
      // What status says of it is part of its answer.
      const said = words[0] === 'status' ? stdout : stderr;
      expect(said).toContain('tiny is deployed, but its workflow deploy');
      expect(said).toContain('npx lab run teardown');
    }
    expect((await project.lab('run', 'teardown')).code).toBe(0);
    expect(project.has('world/base')).toBe(false);
  });

  it('that failed is taken down as far as it came, and twice is no harm', async () => {
    const project = openProject(program);
    project.write('broken', '');
    expect((await project.lab('run', 'deploy')).code).toBe(1);
    expect(deedsOf(project)).toEqual(expect.arrayContaining(everything));
    expect((await project.lab('run', 'teardown')).code).toBe(0);
    expect(deedsOf(project).toSorted()).toEqual(['undo base', 'undo once', 'undo part-a']);
    expect((await project.lab('run', 'teardown')).code).toBe(0);
    expect(deedsOf(project)).toEqual([]);
    expect((await project.lab('resume')).code).toBe(6);
    expect((await project.lab('status')).stdout).toContain('Nothing is deployed.');
  });

  it('does again what a teardown that failed had taken away', async () => {
    const project = openProject(program);
    await project.lab('run', 'deploy');
    deedsOf(project);
    const torn = project.read('workflows/tiny/deploy.yaml');
    // base can't be undone: the rest is.
    project.write('workflows/tiny/deploy.yaml', torn.replace('rm -f world/base"', 'false"'));
    project.remove('world/base');
    await project.lab('run', 'deploy');
    deedsOf(project);
    expect((await project.lab('run', 'teardown')).code).toBe(1);
    expect(deedsOf(project)).toContain('undo once');
    expect((await project.lab('run', 'deploy')).code).toBe(0);
    expect(deedsOf(project)).toEqual(expect.arrayContaining(['once', 'part-a']));
    // The teardown that failed is settled: nobody who resumes wants it now.
    expect((await project.lab('resume')).code).toBe(6);
  });

  it('that did nothing at all is no deployment', async () => {
    const project = openProject(program, {
      'workflows/a/variant.yaml': 'name: a\n',
      'workflows/a/deploy.yaml':
        'name: deploy\nsteps:\n  - id: never\n    preconditions: [{ probe: file, path: nowhere }]\n    run: [echo]\n',
    });
    expect((await project.lab('run', 'deploy')).code).toBe(1);
    expect((await project.lab('status')).stdout).toContain('Nothing is deployed.');
  });

  it('is known from the journals when the state is lost', async () => {
    const project = openProject(program);
    await project.lab('run', 'deploy', '--set', 'size=2');
    deedsOf(project);
    project.remove('state/state.json');
    const status = JSON.parse((await project.lab('status', '--json')).stdout);
    expect(status).toMatchObject({ deployed: { variant: 'tiny', inputs: { size: 2 }, complete: true }, created: 5 });
    expect((await project.lab('run', 'teardown')).code).toBe(0);
    expect(deedsOf(project)).toHaveLength(5);
    project.remove('state/state.json');
    expect(JSON.parse((await project.lab('status', '--json')).stdout)).toMatchObject({ deployed: null, created: 0 });
  });

  it('is gone when the engine was killed after the last line of its teardown', async () => {
    const project = openProject(program);
    await project.lab('run', 'deploy');
    copyFileSync(join(project.state, 'state.json'), join(project.dir, 'before.json'));
    await project.lab('run', 'teardown');
    copyFileSync(join(project.dir, 'before.json'), join(project.state, 'state.json'));
    expect(JSON.parse((await project.lab('status', '--json')).stdout)).toMatchObject({ deployed: null, created: 0 });
    deedsOf(project);
    expect((await project.lab('run', 'deploy')).code).toBe(0);
    expect(deedsOf(project)).toEqual(expect.arrayContaining(everything));
  });
});

describe('a run', () => {
  it('that was killed before its first line starts with the inputs it was given', async () => {
    const project = openProject(program);
    await project.lab('run', 'deploy', '--set', 'size=2');
    const [run] = project.runs();
    const state = JSON.parse(project.read('state/state.json'));
    for (const key of ['endedAt', 'outcome']) delete state.runs[0][key];
    project.write('state/state.json', JSON.stringify({ ...state, created: [] }));
    project.remove(`state/runs/${run}/journal.jsonl`);
    project.remove('world');
    deedsOf(project);
    expect((await project.lab('resume')).code).toBe(0);
    expect(project.has('world/part-c')).toBe(true);
  });

  it('of some steps settles nothing, and is not continued by one that is about all', async () => {
    const project = openProject(program);
    project.write('broken', '');
    await project.lab('run', 'deploy');
    expect((await project.lab('run', 'deploy', '--new', '--only', 'base')).code).toBe(0);
    expect((await project.lab('runs')).stdout).toMatch(/failed/);
    project.remove('broken');
    deedsOf(project);
    const resumed = await project.lab('resume');
    expect(resumed.stdout).toContain('continuing run');
    expect(deedsOf(project)).toEqual(['gate']);

    project.write('broken', '');
    await project.lab('run', 'deploy', '--redo', 'gate', '--only', 'gate');
    project.remove('broken');
    deedsOf(project);
    expect((await project.lab('run', 'deploy')).code).toBe(0);
    expect(project.runs()).toHaveLength(4);
  });

  it('keeps what happened long ago in mind', async () => {
    const project = openProject(program);
    await project.lab('run', 'deploy');
    for (let count = 0; count < 11; count += 1) await project.lab('run', 'deploy', '--only', 'well');
    deedsOf(project);
    expect((await project.lab('run', 'deploy')).code).toBe(0);
    expect(deedsOf(project)).toEqual([]);
  });

  it('that another followed is not continued by name', async () => {
    const project = openProject(program);
    project.write('broken', '');
    await project.lab('run', 'deploy');
    project.remove('broken');
    await project.lab('run', 'deploy', '--new');
    const [first = '', second = ''] = project.runs();
    const refused = await project.lab('resume', first);
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain(`was followed by run ${second}`);
  });
});
