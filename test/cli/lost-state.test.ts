// A state folder that is lost does not read as "nothing is there": not to a teardown, and not to a deploy.
import { describe, expect, it } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { openProject } from './rig/project.ts';

const program = useProgram();

const thing = (id: string, more = ''): string => `  - id: ${id}
    shell: mkdir -p world; touch world/${id}
${more}    undo: { run: [rm, world/${id}], absent: [{ probe: file, path: world/${id}, expect: "!exists" }] }
`;

/** Of its three steps one is known by its check, one only by what says that it is gone, and one makes nothing. */
const open = () =>
  openProject(program, {
    'workflows/tiny/variant.yaml': 'name: tiny\n',
    'workflows/tiny/deploy.yaml': `name: deploy\nsteps:\n${[
      thing('checked', '    health: [{ probe: file, path: world/checked, within: 0s }]\n'),
      thing('unchecked'),
      '  - id: seen\n    run: [test, -e, world/checked]\n    health: [{ probe: file, path: world/checked }]\n',
    ].join('')}`,
    'workflows/tiny/teardown.yaml': 'name: teardown\nundoes: deploy\n',
  });

const adopt = 'npx lab adopt deploy --variant tiny';

describe('without the state folder of before', () => {
  it('a teardown fails by what is there, and takes it away once it was adopted', async () => {
    const project = open();
    await project.lab('run', 'deploy');
    project.remove('state');
    const down = await project.lab('run', 'teardown');
    expect(down.code).toBe(1);
    expect(down.stdout).toContain(`what deploy makes is there: checked, unchecked; to own it: ${adopt}`);
    expect(project.has('world/checked')).toBe(true);
    expect((await project.lab('adopt', 'deploy', '--variant', 'tiny')).code).toBe(0);
    expect((await project.lab('resume')).code).toBe(0);
    expect(['world/checked', 'world/unchecked'].filter(project.has)).toEqual([]);
    const again = await project.lab('run', 'teardown');
    expect([again.code, again.stdout]).toEqual([0, expect.not.stringContaining('adopt')]);
  });

  it('a deploy says what it found and does not own, also a teardown that finds nothing else', async () => {
    const project = open();
    await project.lab('run', 'deploy');
    expect((await project.lab('run', 'deploy')).stdout).not.toContain('adopt');
    project.remove('state');
    project.remove('world/unchecked');
    const again = await project.lab('run', 'deploy');
    expect(again.code).toBe(0);
    expect(again.stdout).toContain(`nothing here takes it away: checked; to own it: ${adopt}`);
    expect((await project.lab('redo', '--undo', 'unchecked')).code).toBe(0);
    expect((await project.lab('run', 'teardown')).stdout).toContain(`is there: checked; to own it: ${adopt}`);
  });

  it('a teardown of what was never there succeeds, and says so when it could not look', async () => {
    const project = open();
    expect((await project.lab('run', 'teardown')).code).toBe(0);
    project.write('workflows/tiny/deploy.yaml', 'name: deploy\nsteps: [\n');
    const blind = await project.lab('run', 'teardown');
    expect(blind.code).toBe(0);
    expect(blind.stdout).toContain('whether something of deploy is there could not be looked at');
  });
});
