import { describe, expect, it } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { openProject } from './rig/project.ts';

const program = useProgram();

const files = (greeting: string): Readonly<Record<string, string>> => ({
  'workflows/tiny/variant.yaml': 'name: tiny\n',
  'workflows/tiny/deploy.yaml': `name: deploy
env: { GREETING: ${greeting} }
steps:
  - id: greet
    shell: echo "$GREETING" > greeting
    health: [{ probe: file, path: greeting, within: 0s }]
    undo: { shell: 'echo "$GREETING" > farewell; rm -f greeting' }
`,
  'workflows/tiny/teardown.yaml': 'name: teardown\nundoes: deploy\n',
});

describe('the environment a workflow sets', () => {
  it('is part of what its steps are: another value runs them again, and says so', async () => {
    const project = openProject(program, files('hello'));
    expect((await project.lab('run', 'deploy')).code).toBe(0);
    project.write('workflows/tiny/deploy.yaml', files('welcome')['workflows/tiny/deploy.yaml'] ?? '');
    const plan = await project.lab('plan');
    expect(plan.stdout).toMatch(/env\.GREETING.*hello.*welcome/);
    expect((await project.lab('run', 'deploy')).code).toBe(0);
    expect(project.read('greeting')).toBe('welcome\n');
  });

  it('is there when what they made is taken away, also when the file no longer says it', async () => {
    const project = openProject(program, files('hello'));
    expect((await project.lab('run', 'deploy')).code).toBe(0);
    project.write('workflows/tiny/deploy.yaml', 'name: deploy\nsteps: [{ id: other, run: [echo, other] }]\n');
    expect((await project.lab('run', 'teardown')).code).toBe(0);
    expect(project.read('farewell')).toBe('hello\n');
  });

  it('has a folder as well, which a step may replace', async () => {
    const project = openProject(program, {
      'workflows/tiny/variant.yaml': 'name: tiny\n',
      'workflows/tiny/deploy.yaml': `name: deploy
cwd: inner
steps:
  - { id: inside, run: [touch, inside], health: [{ probe: command, run: [test, -e, inside], within: 0s }] }
  - { id: outside, cwd: "\${{ project.dir }}", run: [touch, outside], health: [{ probe: command, run: [test, -e, outside], within: 0s }] }
`,
      'inner/.keep': '',
    });
    expect((await project.lab('run', 'deploy')).code).toBe(0);
    expect([project.has('inner/inside'), project.has('outside')]).toEqual([true, true]);
  });
});
