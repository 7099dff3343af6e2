// What was made and is no longer in the workflow: listed by plan and status, and taken away by `run --prune`, just that.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of workflow files
import { describe, expect, it } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { deedsOf, openProject, tinyFiles } from './rig/project.ts';

const program = useProgram();

const json = (text: string) => JSON.parse(text);

describe('what is no longer in the workflow', () => {
  it('is listed by plan and status, and pruned by one run, which deploys as well', async () => {
    const project = openProject(program);
    await project.lab('run', 'deploy', '--set', 'size=2');
    expect(json((await project.lab('plan', '--json')).stdout)).toMatchObject({ takesAway: [], removed: [] });
    await project.lab('run', 'deploy', '--set', 'size=1');
    const plan = await project.lab('plan');
    expect(plan.stdout).toMatch(/stays +part\[b\]: no longer in the workflow\n.*part\[c\]/);
    expect(plan.stdout).toContain('2 no longer in the workflow.');
    expect(plan.stdout).toContain('npx lab run deploy --prune');
    const status = await project.lab('status');
    expect(status.stdout).toContain('No longer in the workflow, and still there: part[b], part[c]\n');
    expect(status.stdout).toContain('npx lab run deploy --prune');
    expect(json((await project.lab('status', '--json')).stdout).removed).toEqual(['part[b]', 'part[c]']);
    const pruning = await project.lab('plan', '--prune', '--json');
    expect(json(pruning.stdout)).toMatchObject({ takesAway: ['part[c]', 'part[b]'], removed: [] });
    deedsOf(project);
    const pruned = await project.lab('run', 'deploy', '--prune');
    expect(pruned.code, pruned.stdout).toBe(0);
    expect(pruned.stdout).not.toContain('no longer in the workflow');
    expect(deedsOf(project)).toEqual(['undo part-c', 'undo part-b']);
    expect(json((await project.lab('status', '--json')).stdout)).toMatchObject({
      removed: [],
      deployed: { complete: true },
    });
    const { runs } = json((await project.lab('runs', '--json')).stdout);
    expect(runs.map((run: { someStepsOnly: boolean }) => run.someStepsOnly)).toEqual([false, false, false]);
  });

  it('is pruned in the run that no longer has it, and by a resume of one that was stopped by it', async () => {
    const project = openProject(program, {
      ...tinyFiles,
      'workflows/tiny/deploy.yaml': (tinyFiles['workflows/tiny/deploy.yaml'] ?? '').replace(
        'undo part-${{ n }} >> deeds;',
        'undo part-${{ n }} >> deeds; test ! -e busy;',
      ),
    });
    await project.lab('run', 'deploy', '--set', 'size=2');
    project.write('busy', '');
    const stopped = await project.lab('run', 'deploy', '--set', 'size=1', '--prune');
    expect(stopped.code).toBe(1);
    expect(stopped.stdout).toContain('Taken away: 2 not removed');
    project.remove('busy');
    expect((await project.lab('resume')).code).toBe(0);
    expect(['a', 'b', 'c'].filter((name) => project.has(`world/part-${name}`))).toEqual(['a']);
  });

  it('is no matter of a workflow that takes all away', async () => {
    const project = openProject(program);
    await project.lab('run', 'deploy');
    const refused = await project.lab('run', 'teardown', '--prune');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('npx lab run deploy --prune')]);
    expect(project.has('world/base')).toBe(true);
  });
});
