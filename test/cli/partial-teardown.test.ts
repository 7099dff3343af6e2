import { describe, expect, it } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { openProject } from './rig/project.ts';

const program = useProgram();

const thing = (name: string): string => `    shell: mkdir -p world; touch world/${name}
    health: [{ probe: file, path: world/${name}, within: 0s }]
    creates: [{ kind: file, name: ${name} }]
    undo: { run: [rm, -f, world/${name}], absent: [{ probe: file, path: world/${name}, expect: "!exists" }] }
`;

const openTiny = () =>
  openProject(program, {
    'workflows/tiny/variant.yaml': 'name: tiny\n',
    'workflows/tiny/deploy.yaml': `name: deploy
steps:
  - id: one
${thing('one')}  - id: two
    needs: []
${thing('two')}`,
    'workflows/tiny/teardown.yaml': `name: teardown
undoes: deploy
steps:
  - id: look
    run: [ls, world]
    satisfied: never
`,
    'workflows/tiny/extra.yaml': `name: extra\nsteps:\n  - id: more\n${thing('more')}`,
    'workflows/tiny/less.yaml': 'name: less\nundoes: extra\n',
  });

describe('a teardown of a part', () => {
  it('takes away only what it names, and what stands is known to be deployed', async () => {
    const project = openTiny();
    await project.lab('run', 'deploy');
    expect((await project.lab('run', 'teardown', '--only', 'look')).code).toBe(0);
    expect((await project.lab('run', 'teardown', '--from', 'look')).code).toBe(0);
    expect([project.has('world/one'), project.has('world/two')]).toEqual([true, true]);
    expect((await project.lab('status')).code).toBe(0);
    const part = await project.lab('run', 'teardown', '--only', 'two');
    expect(part.code, part.stderr).toBe(0);
    expect([project.has('world/one'), project.has('world/two')]).toEqual([true, false]);
    expect((await project.lab('status')).code).toBe(1);
    expect((await project.lab('run', 'teardown', '--only', 'tow')).code).toBe(2);
    expect((await project.lab('run', 'teardown')).code).toBe(0);
    expect(project.has('world/one')).toBe(false);
  });

  it('of a workflow that deploys nothing leaves the deployment known', async () => {
    const project = openTiny();
    await project.lab('run', 'deploy');
    await project.lab('run', 'extra');
    expect((await project.lab('run', 'less')).code).toBe(0);
    expect([project.has('world/one'), project.has('world/more')]).toEqual([true, false]);
    const status = await project.lab('status');
    expect(status.code, status.stdout).toBe(0);
    const { deployed, runs } = JSON.parse(project.read('state/state.json'));
    expect(deployed).toMatchObject({ workflow: 'deploy' });
    expect(
      runs
        .filter((run: { superseded?: boolean }) => run.superseded)
        .map(({ workflow }: { workflow: string }) => workflow),
    ).toEqual(['extra']);
  });
});
