import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { openProject } from './rig/project.ts';

const program = useProgram();

it('does not check files again because something was made since', async () => {
  const project = openProject(program, {
    'workflows/tiny/variant.yaml': 'name: tiny\n',
    'workflows/tiny/deploy.yaml': `name: deploy
steps:
  - id: slow
    shell: touch made
    creates: [{ kind: file, name: made }]
    undo: { run: [rm, made] }
    health: [{ probe: file, path: made, within: 5s }]
`,
    'workflows/tiny/teardown.yaml': 'name: teardown\nundoes: deploy\n',
  });
  const checked = () => readdirSync(join(project.state, 'checked'));
  await project.lab('run', 'deploy');
  const first = checked();
  expect(first).toContain('tiny.deploy');
  await project.lab('run', 'deploy');
  expect(checked()).toEqual(first);
  expect((await project.lab('run', 'teardown', '--yes')).code).toBe(0);
});
