import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { toldBy } from '../../src/core/told.ts';
import { historyOf } from '../../src/history/history.ts';
import { keepTold } from '../../src/history/past-runs.ts';
import { runFolder } from '../../src/store/runs.ts';
import type { RunEntry } from '../../src/store/state.ts';
import { useProgram } from '../faults/rig/program.ts';
import { encodeLine } from '../rig/encode-line.ts';
import { histories } from '../rig/random-events.ts';
import { tempFolder } from '../store/rig/temp-folder.ts';
import { openProject } from './rig/project.ts';

const program = useProgram();

interface Past {
  readonly events: readonly RunEvent[];
  readonly entry: Partial<RunEntry>;
  /** What became of what was kept beside its journal. */
  readonly kept: 'whole' | 'never' | 'older' | 'damaged';
}

const pasts: fc.Arbitrary<Past> = fc.record({
  events: histories,
  entry: fc.record(
    {
      workflow: fc.constantFrom('deploy', 'deploy', 'verify'),
      variant: fc.constantFrom('v', 'v', 'v', 'w'),
      outcome: fc.constantFrom('succeeded', 'failed', 'interrupted'),
      superseded: fc.constant(true as const),
      partial: fc.constant(true as const),
    },
    { requiredKeys: ['workflow', 'variant', 'outcome'] },
  ),
  kept: fc.constantFrom('whole', 'whole', 'never', 'older', 'damaged'),
});

const idOf = (at: number): string => `20260101-0000${String(at).padStart(2, '0')}-deploy-abcd`;

const write = (dir: string, { events, kept }: Past, at: number): void => {
  const folder = runFolder(dir, idOf(at));
  mkdirSync(folder.path, { recursive: true });
  const [last = '', ...before] = events.map((event) => encodeLine(event)).reverse();
  const older = before.reverse().join('');
  writeFileSync(folder.journal, kept === 'older' ? older : older + last);
  if (kept !== 'never') keepTold(folder, toldBy(kept === 'older' ? events.slice(0, -1) : events));
  writeFileSync(folder.journal, kept === 'older' ? last : '', { flag: 'a' });
  if (kept !== 'damaged') return;
  const bytes = readFileSync(folder.told);
  const place = bytes.length >> 1;
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  writeFileSync(folder.told, bytes);
};

const entryOf = ({ entry }: Past, at: number): RunEntry => ({
  ...{ id: idOf(at), workflow: 'deploy', variant: 'v', startedAt: at, deploys: true },
  ...entry,
});

const told = async (dir: string, runs: RunEntry[], workflow: string) => {
  const wanted = { workflow, variant: 'v', ...(runs[0] && { current: runs[0].id }) };
  const { known, usualMs, heldSince } = await historyOf(dir, { format: 1, created: [], runs }, wanted);
  const steps = ['a', 'b', 'c[x]', 'c[y]'];
  return { known: [...known], usual: steps.map(usualMs), held: steps.map(heldSince) };
};

describe('the history of earlier runs', () => {
  it('is the same whatever is kept beside the journals', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(pasts, { maxLength: 5 }), async (all) => {
        const dir = tempFolder();
        for (const [at, past] of all.entries()) write(dir, past, at);
        const runs = all.map(entryOf);
        const workflows = ['deploy', 'verify'];
        const before = await Promise.all(workflows.map((workflow) => told(dir, runs, workflow)));
        const untimed = { workflow: 'deploy', variant: 'v', untimed: true, ...(runs[0] && { current: runs[0].id }) };
        const { known } = await historyOf(dir, { format: 1, created: [], runs }, untimed);
        expect([...known]).toEqual(before[0]?.known);
        for (const { id } of runs) rmSync(runFolder(dir, id).told, { force: true });
        expect(before).toEqual(await Promise.all(workflows.map((workflow) => told(dir, runs, workflow))));
      }),
      { numRuns: 100 },
    );
  }, 30_000);

  it('is read from what a run kept when it ended, and from its journal once that is another', async () => {
    const project = openProject(program);
    await project.lab('run', 'deploy');
    const [run = ''] = project.runs();
    const { told: kept, journal } = runFolder(project.state, run);
    const whole = readFileSync(journal);
    const plan = async (): Promise<string> => (await project.lab('plan', 'deploy')).stdout;
    const before = await plan();
    rmSync(kept);
    expect(await plan()).toBe(before);
    writeFileSync(journal, whole.toString().replace('"type":"run.planned"', '"type":"run.plamned"'));
    expect((await project.lab('plan', 'deploy')).code).toBe(5);
  });
});
