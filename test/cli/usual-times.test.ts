import { expect, it } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { openProject } from './rig/project.ts';

const program = useProgram();

it('remembers how long a step takes that had nothing to do when it was last looked at', async () => {
  const project = openProject(program, {
    'workflows/tiny/variant.yaml': 'name: tiny\n',
    'workflows/tiny/deploy.yaml': `name: deploy
steps:
  - id: slow
    shell: sleep 0.4; touch made
    health: [{ probe: file, path: made, within: 5s }]
`,
  });
  await project.lab('run', 'deploy');
  await project.lab('run', 'deploy');
  const { stdout } = await project.lab('run', 'deploy', '--json');
  const planned = stdout.split('\n').find((line) => line.includes('"run.planned"'));
  expect(JSON.parse(planned ?? '{}').steps[0].usualMs).toBeGreaterThan(400);
});
