// `lab logs STEP`: in which run the step is looked for, and what is said of one that printed nothing or that there is not.
import { describe, expect, it } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { openProject } from './rig/project.ts';

const program = useProgram();

const files = {
  'workflows/v/variant.yaml': 'name: v\n',
  'workflows/v/deploy.yaml': `name: deploy
steps:
  - { id: make, shell: 'echo made; touch made' , satisfied: [{ probe: file, path: made }] }
  - { id: silent, run: ['true'], satisfied: once }
`,
  'workflows/v/verify.yaml': `name: verify
steps:
  - id: look
    shell: 'echo looked; test -e made'
`,
};

describe('the log of a step', () => {
  it('is that of the newest run in which it printed; a failed look names the run that heals', async () => {
    const project = openProject(program, files);
    expect((await project.lab('run', 'deploy')).code).toBe(0);
    project.remove('made');
    const verify = await project.lab('run', 'verify');
    expect(verify.code).toBe(1);
    expect(verify.stdout).toContain('made anew by: npx lab run deploy\n');
    expect(await project.lab('logs', 'make')).toMatchObject({
      ...{ code: 0, stdout: 'made\n' },
      stderr: expect.stringMatching(/^of run \S+-deploy-\w+:\n$/),
    });
    expect(await project.lab('logs', 'look')).toMatchObject({ code: 0, stdout: 'looked\n', stderr: '' });
    const silent = await project.lab('logs', 'silent');
    expect(silent).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Step silent printed nothing in run \S+-deploy-/),
    });
    const none = await project.lab('logs', 'mak');
    expect(none).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('No run has a step mak. Did you mean make?'),
    });
    const elsewhere = await project.lab('logs', 'last', 'make');
    expect(elsewhere).toMatchObject({ code: 2, stderr: expect.stringContaining('has no step make') });
  });
});
