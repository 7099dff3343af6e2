// Runs whose engine was killed never wrote their end: what they made is taken over from their journals.
import { foldRun } from '../core/run-state.ts';
import type { State } from '../store/state.ts';
import { eventsOf, foldLedger } from './history.ts';

/** `current` is about to be continued and stays open. @throws StoreError */
export const reconcile = async (state: State, stateDir: string, current: string | undefined): Promise<void> => {
  const open = state.data.runs.filter((run) => run.endedAt === undefined);
  if (open.length === 0) return;
  const folded = await Promise.all(
    open.map(async (run) => ({ run, state: foldRun(await eventsOf(stateDir, run.id)) })),
  );
  await state.update((data) => {
    for (const { run, state: past } of folded) {
      data.created = foldLedger(data.created, past);
      if (run.id === current) continue;
      const endedAt = past.end?.at ?? Math.max(run.startedAt, ...[...past.steps.values()].map((step) => step.at));
      data.runs = data.runs.map((entry) =>
        entry.id === run.id ? { ...entry, endedAt, outcome: past.end?.outcome ?? 'interrupted' } : entry,
      );
    }
  });
};
