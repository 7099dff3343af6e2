// Runs whose engine was killed never wrote their end, and a run may be missing from the small state altogether: what they did is
// taken over from their journals, which are the truth about each run.
import { foldRun, type RunState } from '../core/run-state.ts';
import { isPartial } from '../core/scope.ts';
import { listRuns } from '../store/runs.ts';
import type { RunEntry, State, StateData } from '../store/state.ts';
import { concludeRun } from './conclude-run.ts';
import { eventsOf } from './past-runs.ts';

/** With the lock held: no other run is under way. @throws StoreError */
export const reconcile = async (state: State, stateDir: string): Promise<void> => {
  const change = await missingChange(state.data, stateDir, () => false);
  if (change) await state.update(change);
};

/** The state as it would be after `reconcile`, and nothing is written; `open` says which runs are under way. @throws StoreError */
export const reconciled = async (
  data: StateData,
  stateDir: string,
  open: (id: string) => boolean,
): Promise<StateData> => {
  const change = await missingChange(data, stateDir, open);
  if (!change) return data;
  const copy = structuredClone(data);
  change(copy);
  return copy;
};

/** Undefined when the state is as the journals say. */
const missingChange = async (
  data: StateData,
  stateDir: string,
  open: (id: string) => boolean,
): Promise<((data: StateData) => void) | undefined> => {
  const ids = new Set(data.runs.map((run) => run.id));
  const unknown = (await listRuns(stateDir)).filter((id) => !ids.has(id));
  const unended = data.runs.filter((run) => run.endedAt === undefined).map((run) => run.id);
  const found: { id: string; past: RunState }[] = [];
  for (const id of [...unknown, ...unended].sort()) {
    const past = foldRun(eventsOf(stateDir, { id }));
    // The folder of a run that never began says nothing.
    if (past.start || ids.has(id)) found.push({ id, past });
  }
  if (found.length === 0) return undefined;
  return (changed) => {
    for (const { id, past } of found) {
      if (!ids.has(id)) addRun(changed, id, past);
      concludeRun(changed, id, { past, open: open(id) });
    }
  };
};

/** A run the state has no entry of: the state was lost, or is older than the journals. */
const addRun = (data: StateData, id: string, { start }: RunState): void => {
  if (!start) return;
  const { workflow, variant, deploys, inputs, at: startedAt } = start;
  const entry: RunEntry = {
    id,
    workflow,
    variant,
    startedAt,
    deploys,
    ...(isPartial(start.scope) && { partial: true }),
  };
  const later = data.runs.findIndex((run) => run.id > id);
  const at = later === -1 ? data.runs.length : later;
  data.runs = [...data.runs.slice(0, at), entry, ...data.runs.slice(at)];
  if (!deploys || (data.deployed && data.deployed.run > id)) return;
  const same = data.deployed?.variant === variant && data.deployed.workflow === workflow ? data.deployed : undefined;
  data.deployed = {
    ...{ variant, workflow, run: id, inputs: { ...inputs } },
    since: same?.since ?? startedAt,
    facts: same?.facts ?? {},
    ...(same?.withheld && { withheld: same.withheld }),
  };
};
