import { describe, expect, it } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { deedsOf, openProject, type Project } from './rig/project.ts';

const program = useProgram();

const projectWith = (list = 'satisfied: once'): Project =>
  openProject(program, {
    'workflows/v/variant.yaml': 'name: v\n',
    'workflows/v/teardown.yaml': 'name: teardown\nundoes: deploy\n',
    'list.json': '["a", "b"]',
    'workflows/v/deploy.yaml': `name: deploy
steps:
  - id: list
    ${list}
    shell: cat list.json
    outputs: { l: json }
  - id: make
    foreach: { x: "\${{ steps.list.outputs.l }}" }
    creates: [{ kind: file, name: "out-\${{ x }}" }]
    shell: echo "\${{ x }}" >> deeds; touch "out-\${{ x }}"
    health: [{ probe: file, path: "out-\${{ x }}", within: 0s }]
    undo: { shell: 'echo "undo \${{ x }}" >> deeds; rm -f "out-\${{ x }}"', absent: [{ probe: file, path: "out-\${{ x }}", expect: "!exists" }] }
`,
  });

interface Told {
  readonly address: string;
  readonly holds?: boolean;
  readonly verdict?: string;
}

const stepsOf = (stdout: string): readonly Told[] => JSON.parse(stdout).steps;

describe('the children of a list that a step yields', () => {
  it('are told by status, plan and why like any other', async () => {
    const project = projectWith();
    await project.lab('run', 'deploy');
    const status = await project.lab('status', '--json');
    expect(status.code).toBe(0);
    expect(stepsOf(status.stdout).map(({ address }) => address)).toEqual(['list', 'make[a]', 'make[b]']);
    project.remove('out-b');
    const broken = await project.lab('status', '--json');
    expect(broken.code).toBe(1);
    expect(stepsOf(broken.stdout).filter(({ holds }) => holds === false)).toMatchObject([{ address: 'make[b]' }]);
    expect(stepsOf((await project.lab('plan', '--json')).stdout)).toMatchObject([
      { address: 'list', verdict: 'keep' },
      { address: 'make[a]', verdict: 'keep' },
      { address: 'make[b]', verdict: 'run' },
    ]);
    expect((await project.lab('why', 'make[b]')).stdout).toContain('make[b] (make) will run: out-b: not there');
  });

  it('are undone and made again by redo', async () => {
    const project = projectWith();
    await project.lab('run', 'deploy');
    deedsOf(project);
    expect((await project.lab('redo', 'make[a]')).code).toBe(0);
    expect(deedsOf(project)).toEqual(['undo a', 'a']);
  });

  it('are made again also where their list has to be computed first, as nothing of it was kept', async () => {
    const project = projectWith();
    await project.lab('run', 'deploy');
    deedsOf(project);
    // The output has another name: the list's step runs again, and its list is not known before.
    const file = 'workflows/v/deploy.yaml';
    project.write(file, project.read(file).replace('{ l: json }', '{ m: json }').replace('outputs.l ', 'outputs.m '));
    expect((await project.lab('redo', 'make[a]')).code).toBe(0);
    expect(deedsOf(project)).toEqual(['undo a', 'a']);
  });

  it.each([
    ['redo', 'make[c]'],
    ['run', 'deploy', '--only', 'make[c]'],
    ['run', 'deploy', '--redo', 'make[c]'],
    ['plan', '--only', 'make[c]'],
    ['why', 'make[c]'],
  ])('are refused when there is no such child: %s %s %s %s', async (...words) => {
    const project = projectWith();
    await project.lab('run', 'deploy');
    deedsOf(project);
    const ended = await project.lab(...words);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('There is no step make[c].');
    expect(deedsOf(project)).toEqual([]);
    expect(project.runs()).toHaveLength(1);
  });

  it('may be new where the list is worked out again', async () => {
    const project = projectWith('satisfied: never');
    await project.lab('run', 'deploy');
    project.write('list.json', '["a", "b", "c"]');
    expect((await project.lab('run', 'deploy', '--until', 'make[c]')).code).toBe(0);
    expect(project.has('out-c')).toBe(true);
  });

  it('that are there no longer are told of, with the command that takes away what they made', async () => {
    const project = projectWith('satisfied: never');
    await project.lab('run', 'deploy');
    project.write('list.json', '["b"]');
    const again = await project.lab('run', 'deploy');
    expect(again.stdout).toContain('make[a] is no longer in the workflow, and what it made is still there');
    expect((await project.lab('redo', 'make[a]')).code).toBe(2);
    expect((await project.lab('redo', '--undo', 'make[a]')).code).toBe(0);
    expect(project.has('out-a')).toBe(false);
  });
});

describe('a list that can not be computed', () => {
  it.each([
    ['has no value', '${{ steps.gen.outputs.number.none }}', "can't be computed"],
    ['is none', '${{ steps.gen.outputs.number }}', 'needs a list or a map'],
    ['has one key twice', '${{ steps.gen.outputs.twice }}', 'two children of step use'],
  ])('is a failed step everywhere: it %s', async (_, list, reason) => {
    const project = openProject(program, {
      'workflows/v/variant.yaml': 'name: v\n',
      'workflows/v/deploy.yaml': `name: deploy
steps:
  - id: gen
    run: [echo, '{"number": 1, "twice": ["a", "a"]}']
    outputs: { number: json.number, twice: json.twice }
  - id: use
    foreach: { i: "${list}" }
    run: [echo, "\${{ i }}"]
`,
    });
    const ended = await project.lab('run', 'deploy', '--no-tty');
    expect(ended.code).toBe(1);
    expect(ended.stdout + ended.stderr).toContain('Failed: use: ');
    expect(ended.stdout).toContain(reason);
    expect(ended.stdout).toContain('1 changed, 1 failed');
    expect(stepsOf((await project.lab('status', '--json')).stdout)).toMatchObject([
      { address: 'gen' },
      { address: 'use', holds: false },
    ]);
  });
});
