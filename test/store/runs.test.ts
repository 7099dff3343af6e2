import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/core/event.ts';
import {
  createRun,
  findRun,
  isRunId,
  listRuns,
  newRunId,
  reconcileRuns,
  runFolder,
  runId,
} from '../../src/store/runs.ts';
import type { RunEntry } from '../../src/store/state.ts';
import { encodeLine } from '../rig/encode-line.ts';
import { finished, numbered, runFinished, runStarted } from './rig/events.ts';
import { tempFolder } from './rig/temp-folder.ts';

const at = Date.UTC(2026, 10, 23, 22, 7, 14);
const makeRuns = async (dir: string, ...workflows: string[]): Promise<string[]> => {
  const ids: string[] = [];
  for (const workflow of workflows)
    ids.push((await createRun(dir, await newRunId(dir, { at, workflow, random: `r${ids.length}00` }))).id);
  return ids;
};
const writeJournal = (dir: string, id: string, bodies: readonly EventBody[]): void =>
  writeFileSync(
    runFolder(dir, id).journal,
    numbered(bodies)
      .map((event) => encodeLine(event))
      .join(''),
  );

describe('runId', () => {
  it('is readable and names time, workflow and a random part', () => {
    expect(runId({ at, workflow: 'deploy', random: 'k3f9' })).toBe('20261123-220714-deploy-k3f9');
  });

  it('makes a safe id of any name of a workflow', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (workflow) => {
        expect(isRunId(runId({ at, workflow, random: 'k3f9' }))).toBe(true);
      }),
    );
    expect(runId({ at, workflow: '../../etc/Passwd', random: 'k3f9' })).toBe('20261123-220714-etc-passwd-k3f9');
  });

  it('sorts after the run before it, also within a second and when the clock was set back', () => {
    const first = runId({ at, workflow: 'verify', random: 'zzzz' });
    const second = runId({ at, workflow: 'deploy', random: 'aaaa', after: first });
    const third = runId({ at: at - 86_400_000, workflow: 'a', random: 'aaaa', after: second });
    expect([third, first, second].sort()).toEqual([first, second, third]);
  });

  it.each(['', 'ab', '../x', 'A234', 'a b c d'])('refuses %j as a random part', (random) => {
    expect(() => runId({ at, workflow: 'deploy', random })).toThrow('not a run');
  });
});

describe('runs', () => {
  it('have private folders with a place for logs', async () => {
    const dir = tempFolder();
    const before = process.umask(0);
    const run = await createRun(dir, '20261123-220714-deploy-k3f9').finally(() => process.umask(before));
    expect(run.path).toBe(join(dir, 'runs', '20261123-220714-deploy-k3f9'));
    for (const path of [join(dir, 'runs'), run.path, run.logs]) expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(existsSync(run.journal)).toBe(false);
  });

  it('are listed in the order they were begun, without what is no run', async () => {
    const dir = tempFolder();
    expect(await listRuns(dir)).toEqual([]);
    const ids = await makeRuns(dir, 'verify', 'deploy', 'teardown');
    mkdirSync(join(dir, 'runs', 'notes'));
    writeFileSync(join(dir, 'runs', '20261123-220714-file-aaaa'), '');
    symlinkSync('/', join(dir, 'runs', '20261123-220714-link-aaaa'));
    expect(await listRuns(dir)).toEqual(ids);
  });

  it('are found by last, id, beginning and random part', async () => {
    const dir = tempFolder();
    const ids = await makeRuns(dir, 'deploy', 'verify');
    for (const [wanted, id] of [
      ['last', ids[1]],
      [ids[0], ids[0]],
      ['20261123-220714', ids[0]],
      ['r000', ids[0]],
      ['verify-r100', ids[1]],
    ]) {
      expect(await findRun(dir, wanted ?? '')).toMatchObject({ ok: true, run: { id } });
    }
    expect(await findRun(dir, '2026')).toEqual({ ok: false, reason: 'ambiguous', candidates: ids });
  });

  it('that are not there are told with the one that was probably meant', async () => {
    const dir = tempFolder();
    expect(await findRun(dir, 'last')).toEqual({ ok: false, reason: 'none' });
    const [deploy] = await makeRuns(dir, 'deploy', 'verify');
    expect(await findRun(dir, '20261123-220741-deploy-r000')).toEqual({ ok: false, reason: 'none', nearest: deploy });
    expect(await findRun(dir, 'nothing-like-it')).toEqual({ ok: false, reason: 'none' });
  });

  it.each(['..', '../x', 'a/b', '/etc', '.', '', 'a\0b', 'A'.repeat(3), `${'a'.repeat(101)}`])(
    'are never looked for at %j',
    async (wanted) => {
      expect(await findRun(tempFolder(), wanted)).toEqual({ ok: false, reason: 'invalid' });
      expect(() => runFolder('state', wanted)).toThrow('not the id of a run');
    },
  );
});

describe('reconcileRuns', () => {
  const base = { workflow: 'deploy', variant: 'test', startedAt: 0, deploys: true };

  it('learns from the journals what the state has not heard of', async () => {
    const dir = tempFolder();
    const [unknown = '', ended = '', resumed = '', open = '', empty = ''] = await makeRuns(
      dir,
      'a',
      'b',
      'c',
      'd',
      'e',
    );
    writeJournal(dir, unknown, [runStarted(unknown), runFinished()]);
    writeJournal(dir, ended, [runStarted(ended), runFinished('failed')]);
    writeJournal(dir, resumed, [runStarted(resumed), runFinished('failed'), finished('x'), runFinished()]);
    writeJournal(dir, open, [runStarted(open), finished('x', { text: 'y'.repeat(200_000) })]);
    writeJournal(dir, empty, []);
    const known: RunEntry[] = [
      { ...base, id: ended },
      { ...base, id: resumed, endedAt: 1, outcome: 'failed' },
      { ...base, id: '20200101-000000-gone-aaaa' },
    ];
    expect(await reconcileRuns(dir, known)).toEqual({
      runs: [
        { ...base, id: unknown, endedAt: 1, outcome: 'succeeded' },
        { ...base, id: ended, endedAt: 1, outcome: 'failed' },
        { ...base, id: resumed, endedAt: 3, outcome: 'succeeded' },
        { ...base, id: open },
      ],
      unreadable: [],
    });
  });

  it('takes a run whose end was torn off for unfinished', async () => {
    const dir = tempFolder();
    const [id = ''] = await makeRuns(dir, 'deploy');
    writeJournal(dir, id, [runStarted(id), finished('x'), runFinished()]);
    const { journal } = runFolder(dir, id);
    truncateSync(journal, statSync(journal).size - 1);
    expect((await reconcileRuns(dir, [])).runs).toEqual([{ ...base, id }]);
    appendFileSync(journal, '\0'.repeat(100_000));
    expect((await reconcileRuns(dir, [])).runs).toEqual([{ ...base, id }]);
  });

  it('leaves out a run that never began, and reports a journal that begins as none', async () => {
    const dir = tempFolder();
    const [bad = '', none = ''] = await makeRuns(dir, 'deploy', 'verify');
    writeJournal(dir, bad, [finished('x')]);
    const { runs, unreadable } = await reconcileRuns(dir, [{ ...base, id: bad }]);
    expect(runs).toEqual([{ ...base, id: bad }]);
    expect(unreadable).toMatchObject([{ id: bad, error: { kind: 'damaged', detail: { line: 1 } } }]);
    expect(readdirSync(runFolder(dir, none).path)).toEqual(['logs']);
    rmSync(runFolder(dir, bad).path, { recursive: true });
    expect((await reconcileRuns(dir, [{ ...base, id: bad }])).runs).toEqual([]);
  });
});
