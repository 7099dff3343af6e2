// What a thing that is still there needs, stays: as a person sees it in `run teardown`, `plan`, `resume` and `redo --undo`.
import { describe, expect, it } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { openProject } from './rig/project.ts';

const program = useProgram();

const step = (id: string, more: string, undo = `rm world/${id}`): string => `  - id: ${id}
${more}    shell: mkdir -p world; touch world/${id}
    creates: [{ kind: file, name: ${id} }]
    undo: { shell: '${undo}', absent: [{ probe: file, path: world/${id}, expect: "!exists" }] }
`;

/** The resource is taken away by way of a login, and only while something outside answers. */
const open = () =>
  openProject(program, {
    'workflows/tiny/variant.yaml': 'name: tiny\n',
    'workflows/tiny/deploy.yaml': `name: deploy\nsteps:\n${[
      step('login', ''),
      '  - id: between\n    run: [test, -e, world/login]\n',
      step('resource', '', 'test -e world/login && test -e answers && rm world/resource'),
      step('other', '    needs: []\n'),
    ].join('')}`,
    'workflows/tiny/teardown.yaml': 'name: teardown\nundoes: deploy\n',
  });

describe('what something that is still there needs', () => {
  it('is left by a teardown, told as blocked, and gone after a resume', async () => {
    const project = open();
    await project.lab('run', 'deploy');
    const plan = JSON.parse((await project.lab('plan', 'teardown', '--json')).stdout);
    expect(plan.takesAway).toEqual(['resource', 'other', 'login']);
    const down = await project.lab('run', 'teardown');
    expect(down.code).toBe(1);
    expect(down.stdout).toMatch(/left +login: file login stays, blocked: resource is still there/);
    expect(down.stdout).toContain('Taken away: 1 removed, 1 not removed, 1 blocked');
    expect(['login', 'resource', 'other'].filter((name) => project.has(`world/${name}`))).toEqual([
      'login',
      'resource',
    ]);
    project.write('answers', '');
    const resumed = await project.lab('resume');
    expect(resumed.code, resumed.stdout).toBe(0);
    expect((await project.lab('status')).stdout).toContain('Nothing is deployed.');
  });

  it('is not taken away by name, unless what rests on it is named too', async () => {
    const project = open();
    await project.lab('run', 'deploy');
    project.write('answers', '');
    expect(await project.lab('redo', '--undo', 'login')).toMatchObject({
      code: 2,
      stderr:
        'resource rests on login and is still there, so nothing was taken away.\nTo take it away as well: npx lab redo --undo login resource\n',
    });
    const part = await project.lab('run', 'teardown', '--only', 'login');
    expect(part.code).toBe(2);
    expect(part.stderr).toContain('npx lab run teardown --only login,resource');
    expect(project.runs()).toHaveLength(1);
    expect((await project.lab('redo', '--undo', 'login', 'resource')).code).toBe(0);
    expect(['login', 'resource', 'other'].filter((name) => project.has(`world/${name}`))).toEqual(['other']);
  });

  it('and no step of the workflow any more, is not held by steps that are', async () => {
    const project = open();
    await project.lab('run', 'deploy');
    project.write('answers', '');
    const text = project.read('workflows/tiny/deploy.yaml');
    project.write('workflows/tiny/deploy.yaml', text.replace(/ {2}- id: login\n(?: {4}.*\n)*/, ''));
    expect((await project.lab('redo', '--undo', 'login')).code).toBe(0);
    expect(project.has('world/resource')).toBe(true);
  });
});
