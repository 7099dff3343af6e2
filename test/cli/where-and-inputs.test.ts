import { describe, expect, it } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { openProject, type Project } from './rig/project.ts';

const program = useProgram();

const files = {
  'workflows/v/variant.yaml': 'name: v\n',
  'workflows/v/deploy.yaml': `name: deploy
inputs:
  n: { type: integer, default: 1 }
  word: { type: string, default: a }
steps:
  - { id: 'say', shell: "echo \${{ inputs.n }} \${{ inputs.word }}" }
`,
  'workflows/v/teardown.yaml': 'name: teardown\nundoes: deploy\n',
};
const simple = (more: Readonly<Record<string, string>> = {}): Project => openProject(program, { ...files, ...more });

describe('a folder that is named', () => {
  it.each([
    ['--project', 'innner', 'There is no folder innner'],
    ['--project', '', 'There is no folder ""'],
    ['--project', 'list.json', 'this is a file, and a folder is wanted'],
    ['--state-dir', '', '--state-dir names no folder'],
  ])('is taken by its word: %s "%s" is refused', async (option, value, words) => {
    const project = simple({ 'list.json': '[]' });
    const ended = await project.lab('run', 'deploy', option, value);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(words);
    expect(project.has('runs') || project.has('state')).toBe(false);
  });

  it.each([
    ['--only', ''],
    ['--only', ','],
    ['--redo', ''],
    ['--from', ''],
    ['--until', ' '],
  ])('as a step is there: %s "%s" is refused', async (option, value) => {
    const ended = await simple().lab('run', 'deploy', option, value);
    expect(ended).toMatchObject({ code: 2, stderr: `${option} names no step.\n` });
  });
});

describe('a step whose key has a comma', () => {
  it('is one name of a list', async () => {
    const project = simple({
      'workflows/v/deploy.yaml': `name: deploy
steps:
  - { id: e, foreach: { i: ["a,b", c, d] }, shell: "echo \${{ i }}" }
`,
    });
    const ended = await project.lab('run', 'deploy', '--only', 'e[a,b],e[c]', '--json');
    const finished = [...ended.stdout.matchAll(/"step.finished","address":"([^"]+)"/g)].map(([, address]) => address);
    expect(finished.toSorted()).toEqual(['e[a,b]', 'e[c]']);
  });
});

describe('a file of inputs', () => {
  it.each([
    ['a key twice', 'n: 5\nn: 6\n', ':2:1'],
    ['an open quote', 'n: "5\n', ':1:'],
    ['an open list', 'n: [1\n', ':'],
    ['a tab', 'n:\n\t- 5\n', ':2:1'],
    ['two documents', 'n: 5\n---\nn: 6\n', ':2:1'],
    ['an alias of nothing', 'n: *unknown\n', ':1:4'],
    ['a sign YAML keeps for itself', 'n: @5\n', ':1:4'],
    ['a tag', 'n: !x 5\n', ':1:4'],
    ['a directive', '%YAML 1.1\n---\nn: 5\n', ':1:1'],
  ])('with %s is told with its place and a caret, by every command', async (_, text, place) => {
    const project = simple({ 'i.yaml': text });
    const commands = [['run', 'deploy'], ['plan'], ['adopt'], ['render', '--out', 'o'], ['rehearse', 'deploy']];
    for (const command of commands) {
      const ended = await project.lab(...command, '--inputs', 'i.yaml');
      expect(ended).toMatchObject({ code: 2, stdout: '' });
      expect(ended.stderr).toContain(`i.yaml${place}`);
      expect(ended.stderr).toContain('^');
      expect(ended.stderr).not.toMatch(/mistake in lab|Warning:|node:/);
    }
  });

  it('with a value that does not fit is told with the place of the value, unless a line of it may hold a secret', async () => {
    const project = simple({ 'i.yaml': 'word: b\nn: many\nno: 1\n' });
    const told = await project.lab('plan', '--inputs', 'i.yaml');
    expect(told.code).toBe(2);
    expect(told.stderr).toContain('i.yaml:2:4: error: input n: "many" is not a whole number');
    expect(told.stderr).toContain('2 | n: many\n  |    ^^^^');
    expect(told.stderr).toContain('i.yaml:3:1: error: input no: there is no such input');
    // What is set counts, and stands in no file.
    const set = await project.lab('plan', '--inputs', 'i.yaml', '--set', 'n=x');
    expect(set.stderr).toContain('\ninput n: "x" is not a whole number');
  });

  it('counts beside those before it, and before them where they say the same', async () => {
    const project = simple({ 'a.yaml': 'n: 5\nword: b\n', 'b.json': '{\n\t"n": 7\n}\n' });
    const ended = await project.lab('run', 'deploy', '--inputs', 'a.yaml', '--inputs', 'b.json');
    expect(ended.stdout).toContain('7 b');
  });

  it('that is none is refused, and so are stand-ins', async () => {
    const project = simple({ 's.yaml': 'a: [' });
    expect(await project.lab('plan', '--inputs', 'workflows')).toMatchObject({ code: 2 });
    expect(await project.lab('plan', '--inputs', 'none.yaml')).toMatchObject({ code: 2 });
    expect(await project.lab('rehearse', 'deploy', '--stand-ins', 's.yaml')).toMatchObject({ code: 2 });
    const folder = await project.lab('rehearse', 'deploy', '--transcript', 'workflows');
    expect(folder).toMatchObject({ code: 2 });
    expect(folder.stderr).toContain('this is a folder, and a file is wanted');
  });
});

describe('what the files say of inputs', () => {
  it('is refused where a default would have to be computed', async () => {
    const project = simple();
    project.write(
      'workflows/v/deploy.yaml',
      files['workflows/v/deploy.yaml'].replace('default: a', 'default: "${{ 1 }}"'),
    );
    const ended = await project.lab('validate');
    expect(ended.code).toBe(3);
    expect(ended.stdout).toContain('no expression is computed in the default of an input');
  });

  it('is refused where it is nearly an input of the model, and nobody reads it', async () => {
    const variant = 'name: v\nmodel: fabric\ninputs:\n  leavs: { type: integer, default: 8 }\n';
    const project = simple({ 'workflows/v/variant.yaml': variant });
    const ended = await project.lab('validate');
    expect(ended.code).toBe(3);
    expect(ended.stdout).toContain('did you mean `leaves`?');
    const deploy = 'name: deploy\nsteps:\n  - { id: a, run: [echo, "${{ inputs.leavs }}"] }\n';
    project.write('workflows/v/deploy.yaml', deploy);
    expect((await project.lab('validate')).code).toBe(0);
  });

  it.each([
    ['typed wrong', 'nmae: deploy\nsteps: [{ id: a, run: [echo] }]\n'],
    ['missing', 'env: {}\nsteps: [{ id: a, run: [echo] }]\n'],
    ['missing beside undoes', 'undoes: deploy\n'],
  ])('is a mistake where the name of a workflow is %s', async (_, text) => {
    const project = simple({ 'workflows/v/other.yaml': text });
    const ended = await project.lab('validate');
    expect(ended.code).toBe(3);
    expect(ended.stdout).toContain('workflows/v/other.yaml:1:1');
  });

  it('is no mistake in a file that another includes', async () => {
    const project = simple({ 'workflows/v/part.yaml': 'steps: [{ id: b, run: [echo] }]\n' });
    const deploy = `${files['workflows/v/deploy.yaml']}  - include: part.yaml\n`;
    project.write('workflows/v/deploy.yaml', deploy);
    expect((await project.lab('validate')).code).toBe(0);
  });
});

describe('a mistake in the workflow of what is deployed', () => {
  it('keeps neither status nor exec from what they can do without it', async () => {
    const variant = 'name: v\nenter: { places: [{ name: here }], command: [env] }\n';
    const project = simple({ 'workflows/v/variant.yaml': variant });
    await project.lab('run', 'deploy');
    project.write('workflows/v/deploy.yaml', `${files['workflows/v/deploy.yaml']}  - { id: b, rnu: [x] }\n`);
    const status = await project.lab('status');
    expect(status.code).toBe(3);
    expect(status.stdout).toContain('v is deployed since');
    expect(status.stdout).toContain('workflows/v/deploy.yaml:7:');
    const exec = await project.lab('exec', 'here', '--', 'echo', 'inside');
    expect(exec).toMatchObject({ code: 0, stdout: 'inside\n' });
    expect(exec.stderr).toContain('did you mean `run`?');
  });
});
