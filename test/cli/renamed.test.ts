import { describe, expect, it } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { deedsOf, openProject } from './rig/project.ts';

const program = useProgram();

const step = (id: string, { was = '', says = id }: { was?: string; says?: string } = {}): string => `
  - id: ${id}${was === '' ? '' : `\n    was: ${was}`}
    shell: echo ${says} >> deeds; touch thing
    health: [{ probe: file, path: thing, within: 0s }]
    creates: [{ kind: file, name: thing }]
    undo: { shell: "echo undo ${says} >> deeds; rm thing" }
`;
const last = `
  - id: last
    shell: echo last >> deeds
    satisfied: once
    undo: { shell: echo undo last >> deeds }
`;
const deploy = (...steps: readonly string[]): string => `name: deploy\nsteps:${steps.join('')}`;
const files = (text: string) => ({
  'workflows/tiny/variant.yaml': 'name: tiny\n',
  'workflows/tiny/deploy.yaml': text,
  'workflows/tiny/teardown.yaml': 'name: teardown\nundoes: deploy\n',
});

describe('a step that got another id', () => {
  it('is known by what it was: nothing runs again, and nothing is reported as left behind', async () => {
    const project = openProject(program, files(deploy(step('old'), last)));
    await project.lab('run', 'deploy');
    deedsOf(project);
    project.write('workflows/tiny/deploy.yaml', deploy(step('new', { was: 'old', says: 'old' }), last));
    const again = await project.lab('run', 'deploy');
    expect(again.code).toBe(0);
    expect(again.stdout + again.stderr).not.toMatch(/no longer in the workflow/);
    expect(deedsOf(project)).toEqual([]);
  });

  it('and runs again, is taken away once, in its place', async () => {
    const project = openProject(program, files(deploy(step('old'), last)));
    await project.lab('run', 'deploy');
    project.write('workflows/tiny/deploy.yaml', deploy(step('new', { was: 'old' }), last));
    await project.lab('run', 'deploy');
    expect(deedsOf(project)).toEqual(['old', 'last', 'new']);
    expect((await project.lab('run', 'teardown')).code).toBe(0);
    expect(deedsOf(project)).toEqual(['undo last', 'undo new']);
  });

  it('is redone by its new id, with what it made under the old one', async () => {
    const project = openProject(program, files(deploy(step('old'), last)));
    await project.lab('run', 'deploy');
    deedsOf(project);
    project.write('workflows/tiny/deploy.yaml', deploy(step('new', { was: 'old', says: 'old' }), last));
    expect((await project.lab('redo', 'new')).code).toBe(0);
    expect(deedsOf(project)).toEqual(['undo old', 'old']);
  });
});

describe('what was made by a workflow', () => {
  it('can be taken away when its file is gone', async () => {
    const project = openProject(program, files(deploy(step('old'), last)));
    await project.lab('run', 'deploy');
    deedsOf(project);
    project.remove('workflows/tiny/deploy.yaml');
    expect((await project.lab('plan', 'teardown')).stdout).toMatch(
      /take away last\n.*take away old\n\nPlan: 2 to take away/,
    );
    const down = await project.lab('run', 'teardown');
    expect(down).toMatchObject({ code: 0 });
    expect(deedsOf(project)).toEqual(['undo last', 'undo old']);
    expect(project.has('thing')).toBe(false);
  });

  it('can be taken away when its file is broken', async () => {
    const project = openProject(program, files(deploy(step('old'), last)));
    await project.lab('run', 'deploy');
    deedsOf(project);
    project.write('workflows/tiny/deploy.yaml', 'name: deploy\nsteps: [{ id: a, rnu: [x] }]\n');
    expect(await project.lab('run', 'teardown')).toMatchObject({ code: 0 });
    expect(deedsOf(project)).toEqual(['undo last', 'undo old']);
  });

  it('can be taken away step by step when the step is no longer in it', async () => {
    const project = openProject(program, files(deploy(step('old'), last)));
    await project.lab('run', 'deploy');
    deedsOf(project);
    project.write('workflows/tiny/deploy.yaml', deploy(last));
    const again = await project.lab('run', 'deploy');
    expect(again.stdout + again.stderr).toMatch(/old is no longer in the workflow.*npx lab redo --undo old/);
    expect((await project.lab('redo', '--undo', 'old')).code).toBe(0);
    expect(deedsOf(project)).toEqual(['undo old']);
  });
});
