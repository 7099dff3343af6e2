import { describe, expect, it } from 'vitest';
import type { EventBody, RunEvent } from '../../src/core/event.ts';
import { foldRun } from '../../src/core/run-state.ts';
import { foldLedger } from '../../src/history/history.ts';
import type { Opened } from '../../src/project/open-workflow.ts';
import { holdingsToUndo } from '../../src/session/holdings-to-undo.ts';
import type { LedgerEntry } from '../../src/store/state.ts';
import { useProgram } from '../faults/rig/program.ts';
import { deedsOf, openProject, type Project } from './rig/project.ts';

const program = useProgram();

/** A step in a folder that an input names, and one that says only by its undo what it made. */
const files = {
  'workflows/tiny/variant.yaml': 'name: tiny\ninputs:\n  folder: { type: string, default: one }\n',
  'workflows/tiny/deploy.yaml': `name: deploy
steps:
  - id: base
    shell: echo base \${{ inputs.folder }} >> deeds; mkdir -p world/\${{ inputs.folder }}
    health: [{ probe: command, run: [test, -d, "world/\${{ inputs.folder }}"], within: 0s }]
    creates: [{ kind: folder, name: "\${{ inputs.folder }}" }]
    undo: { shell: "echo undo base \${{ inputs.folder }} >> deeds; test ! -e busy-\${{ inputs.folder }}; rmdir world/\${{ inputs.folder }}", absent: [{ probe: command, run: [test, "!", -e, "world/\${{ inputs.folder }}"] }] }
  - id: mark
    run: [touch, "mark-\${{ inputs.folder }}"]
    satisfied: once
    undo: { run: [rm, "mark-\${{ inputs.folder }}"] }
`,
  'workflows/tiny/teardown.yaml': 'name: teardown\nundoes: deploy\n',
};

const created = async (project: Project): Promise<number> =>
  JSON.parse((await project.lab('status', '--json')).stdout).created;

describe('a step that was changed and makes something else', () => {
  it('leaves what it made, which is told, counted, and taken away with the rest', async () => {
    const project = openProject(program, files);
    expect((await project.lab('run', 'deploy')).stdout).not.toContain('still there');
    const changed = await project.lab('run', 'deploy', '--set', 'folder=two');
    expect(changed.code).toBe(0);
    expect(changed.stdout).toContain(
      'made before a step was changed, and still there: folder one (base), what mark did; they go with the rest: npx lab run teardown --variant tiny',
    );
    expect(await created(project)).toBe(4);
    const back = await project.lab('run', 'deploy', '--set', 'folder=one');
    expect(back.stdout).toContain('still there: folder two (base), what mark did;');
    await project.lab('run', 'deploy', '--set', 'folder=two');
    expect(await created(project)).toBe(4);
    deedsOf(project);
    const down = await project.lab('run', 'teardown');
    expect(down.code).toBe(0);
    expect(down.stdout).toContain('Taken away: 4 removed');
    expect(deedsOf(project)).toEqual(['undo base two', 'undo base one']);
    expect(['world/one', 'world/two', 'mark-one', 'mark-two'].filter(project.has)).toEqual([]);
    expect((await project.lab('status')).stdout).toContain('Nothing is deployed.');
  });

  it('is redone without a trace of before, and what could not be taken away stays known', async () => {
    const apart = files['workflows/tiny/deploy.yaml'].replace('  - id: mark\n', '  - id: mark\n    needs: []\n');
    const project = openProject(program, { ...files, 'workflows/tiny/deploy.yaml': apart });
    await project.lab('run', 'deploy');
    await project.lab('run', 'deploy', '--set', 'folder=two');
    deedsOf(project);
    project.write('busy-one', '');
    expect((await project.lab('redo', '--undo', 'base')).code).toBe(1);
    expect(deedsOf(project)).toEqual(['undo base two', 'undo base one']);
    expect(await created(project)).toBe(3);
    project.remove('busy-one');
    expect((await project.lab('redo', 'base')).code).toBe(0);
    expect(deedsOf(project)).toEqual(['undo base one', 'base two']);
    expect([await created(project), project.has('world/one')]).toEqual([3, false]);
  });

  it('of a variant without a teardown is told with the command that takes away all it made', async () => {
    const { 'workflows/tiny/teardown.yaml': _, ...rest } = files;
    const project = openProject(program, rest);
    await project.lab('run', 'deploy');
    const changed = await project.lab('run', 'deploy', '--set', 'folder=two');
    expect(changed.stdout).toContain('they go with all that these steps made: npx lab redo --undo base mark');
    expect((await project.lab('redo', '--undo', 'base', 'mark')).code).toBe(0);
    expect(['world/one', 'world/two', 'mark-one', 'mark-two'].filter(project.has)).toEqual([]);
  });

  it('is known from the journals when the state is lost', async () => {
    const project = openProject(program, files);
    await project.lab('run', 'deploy');
    await project.lab('run', 'deploy', '--set', 'folder=two');
    const before = JSON.parse(project.read('state/state.json')).created;
    project.remove('state/state.json');
    await project.lab('run', 'deploy');
    expect(JSON.parse(project.read('state/state.json')).created).toEqual(before);
  });
});

const entry = (name: string, seq: number, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  ...{ address: 'a', workflow: 'deploy', variant: 'v', run: 'r1', at: seq, seq },
  ...{ created: [{ kind: 'thing', name }], undo: { action: { run: ['rm', name] }, absent: [] }, ...more },
});

const opened = (name: string, undoes?: string): Opened =>
  ({ workflow: { name, steps: [], ...(undoes && { undoes }) }, variant: { name: 'v' } }) as unknown as Opened;

describe('what is taken away before a step is made again', () => {
  it('leaves an earlier record alone when what the step has now can not be taken away first', () => {
    const { undo: _, ...bare } = entry('now', 5);
    const ledger = [entry('then', 2), bare];
    const scope = { undo: ['a'], redo: ['a'] };
    expect(holdingsToUndo({ opened: opened('deploy'), created: ledger, units: [] }, scope)).toEqual([]);
    expect(holdingsToUndo({ opened: opened('deploy'), created: ledger, units: [] }, { undo: ['a'] })).toHaveLength(2);
    expect(
      holdingsToUndo({ opened: opened('deploy'), created: [bare, entry('then', 7)], units: [] }, scope),
    ).toMatchObject([{ seq: 7 }]);
    expect(holdingsToUndo({ opened: opened('teardown', 'deploy'), created: ledger, units: [] }, {})).toMatchObject([
      { earlier: true },
      { seq: 5 },
    ]);
  });
});

describe('the ledger', () => {
  const driver = { pid: 1, startTime: 1, bootId: 'boot' };
  const fold = (ledger: readonly LedgerEntry[], run: object, ...bodies: readonly EventBody[]): LedgerEntry[] => {
    const start = {
      ...{ type: 'run.started', run: 'r2', workflow: 'deploy', variant: 'v', inputs: {}, scope: {}, process: driver },
      ...{ version: '1', deploys: true, ...run },
    } as EventBody;
    const events = [start, ...bodies].map((body, index): RunEvent => ({ ...body, seq: index + 1, at: 100 + index }));
    return foldLedger(ledger, foldRun(events));
  };
  const undone = (name: string, more: object = {}): EventBody => ({
    ...{ type: 'step.undone', address: 'a', created: [{ kind: 'thing', name }], outcome: 'removed' },
    ...{ evidence: [], durationMs: 1, ...more },
  });

  it('gives up only the record that was undone, of the workflow it was undone for', () => {
    const ledger = [entry('x', 2), entry('y', 5), entry('x', 3, { workflow: 'verify' })];
    const names = (entries: readonly LedgerEntry[]) =>
      entries.map(({ workflow, created: [thing] }) => `${workflow} ${thing?.name}`);
    const down = { workflow: 'teardown', undoes: 'deploy' };
    expect(names(fold(ledger, down, undone('x', { earlier: true })))).toEqual(['deploy y', 'verify x']);
    expect(names(fold(ledger, down, undone('y', { outcome: 'failed' }), undone('x')))).toEqual([
      'deploy y',
      'verify x',
    ]);
    expect(names(fold(ledger, { scope: { undo: ['a'] } }, undone('x')))).toEqual(['deploy y', 'verify x']);
    // A journal that does not say for which.
    expect(names(fold(ledger, { workflow: 'teardown' }, undone('x')))).toEqual(['deploy y']);
  });

  it('knows records without names by the event that told of them', () => {
    const bare = (place: string, seq: number) =>
      entry(place, seq, { created: [], undo: { action: { run: ['rm', place] }, absent: [] } });
    const ledger = [bare('/a', 2), bare('/b', 5)];
    const down = { workflow: 'teardown', undoes: 'deploy' };
    const gone = undone('', { created: [], made: { run: 'r1', seq: 2 }, earlier: true });
    const once = fold(ledger, down, gone);
    expect(once.map(({ seq }) => seq)).toEqual([5]);
    expect(fold(once, down, gone)).toEqual(once);
    expect(fold(ledger, down, undone('', { created: [] }))).toEqual([]);
  });
});
