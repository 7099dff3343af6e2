import { describe, expect, it } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { openProject, type Project } from './rig/project.ts';

const program = useProgram();

const projectOf = (steps: string): Project =>
  openProject(program, {
    'workflows/v/variant.yaml': 'name: v\n',
    'workflows/v/deploy.yaml': `name: deploy\nsteps:\n${steps}`,
  });

const broken = async (project: Project): Promise<readonly string[]> => {
  const { code, stdout } = await project.lab('status', '--json');
  const steps: readonly { address: string; holds: boolean }[] = JSON.parse(stdout).steps;
  const found = steps.filter(({ holds }) => !holds).map(({ address }) => address);
  expect(code).toBe(found.length > 0 ? 1 : 0);
  return found;
};

describe('status asks of a step whether its world is as it left it, not whether a run would do it again', () => {
  const always = `  - id: up
    satisfied: never
    shell: touch up
    health: [{ probe: file, path: up, within: 0s }]
  - { id: says, satisfied: never, run: [echo, hi] }
`;

  it('also where it runs in every run', async () => {
    const project = projectOf(always);
    await project.lab('run', 'deploy');
    expect(await broken(project)).toEqual([]);
    project.remove('up');
    expect(await broken(project)).toEqual(['up']);
  });

  it('also where it runs in every run and was found by adopt', async () => {
    const project = projectOf(always.split('\n').slice(0, 4).join('\n').concat('\n'));
    project.write('up', '');
    expect((await project.lab('adopt')).stdout).toContain('found as it should be');
    expect(await broken(project)).toEqual([]);
    // All of it is there, so it is deployed to its end.
    expect((await project.lab('status')).stdout).toContain('v is deployed since');
  });

  it('also where what it put out was not recorded', async () => {
    const project = projectOf(`  - id: out
    shell: touch out; echo 5
    health: [{ probe: file, path: out, within: 0s }]
    outputs: { n: int }
`);
    project.write('out', '');
    await project.lab('adopt');
    expect(await broken(project)).toEqual([]);
    expect((await project.lab('plan', '--json')).stdout).toContain('its outputs are not known');
  });

  it('also where its end was not recorded', async () => {
    const project = projectOf(`  - id: slow
    shell: touch slow; echo made; exec sleep 60
    health: [{ probe: file, path: slow, within: 0s }]
`);
    const { child, ended } = project.start(['run', 'deploy', '--json']);
    await new Promise<void>((resolve) =>
      child.stdout?.on('data', (text) => String(text).includes('made') && resolve()),
    );
    child.kill('SIGKILL');
    await ended;
    expect(await broken(project)).toEqual([]);
    await project.lab('resume', '--survivors', 'end');
  });
});

describe('a run that deploys', () => {
  it('does not report done what is lost behind its back while it goes on', async () => {
    const project = projectOf(`  - id: a
    shell: touch a
    health: [{ probe: file, path: a, within: 0s }]
  - { id: b, shell: rm a, satisfied: once }
`);
    const ended = await project.lab('run', 'deploy');
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('a held when it was done, and does not at the end of the run: a: not there');
    expect(ended.stdout).toContain('Failed: deploy');
    expect((await project.lab('resume')).code).toBe(0);
  });
});
