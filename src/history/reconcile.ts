// Runs whose engine was killed never wrote their end, and a run may be missing from the small state altogether: what they did is
// taken over from their journals, which are the truth about each run.
import { foldRun, type RunState } from '../core/run-state.ts';
import { isPartial } from '../core/scope.ts';
import { listRuns } from '../store/runs.ts';
import type { RunEntry, State, StateData } from '../store/state.ts';
import { foldLedger } from './history.ts';
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

// What the journal of a run means for the small state: written down when a run ends, and again when its engine was killed before
// it could. Doing it twice changes nothing.

/** Changes `data`. A run that is still open only adds to the ledger. */
export const concludeRun = (data: StateData, id: string, { past, open }: { past: RunState; open: boolean }): void => {
  data.created = foldLedger(data.created, past);
  const entry = data.runs.find((run) => run.id === id);
  if (!entry || open) return;
  const { end, start } = past;
  const endedAt = end?.at ?? Math.max(entry.startedAt, ...[...past.steps.values()].map((step) => step.at));
  const outcome = end?.outcome ?? 'interrupted';
  data.runs = data.runs.map((run) => (run.id === id ? { ...run, endedAt, outcome } : run));
  if (data.deployed?.run === id && end?.outcome === 'succeeded') data.deployed = withFacts(data.deployed, end);
  if (start?.undoes !== undefined && outcome === 'succeeded' && entry.partial !== true)
    noteTakenDown(data, entry, start.undoes);
  if (data.deployed?.run === id && start && !stands(data, entry, past)) delete data.deployed;
};

const withFacts = (
  { withheld: _, ...deployed }: NonNullable<StateData['deployed']>,
  { facts, withheld }: NonNullable<RunState['end']>,
): NonNullable<StateData['deployed']> => ({
  ...deployed,
  facts: { ...facts },
  ...(withheld && { withheld: [...withheld] }),
});

/** What runs before it built and knew no longer counts: all of the variant's where the deployment was taken down, else those of the workflow. */
const noteTakenDown = (data: StateData, entry: RunEntry, undoes: string): void => {
  const { variant } = entry;
  const { deployed } = data;
  const isUndone = (run: { readonly workflow: string }): boolean => run.workflow === undoes;
  const whole =
    (deployed?.variant === variant && isUndone(deployed)) ||
    data.runs.some((run) => run.variant === variant && run.deploys && isUndone(run));
  const before = new Set(
    runsBefore(data, entry)
      .filter((run) => run.variant === variant && (whole || run.workflow === undoes))
      .map((run) => run.id),
  );
  data.runs = data.runs.map((run) => (before.has(run.id) ? { ...run, superseded: true } : run));
  if (deployed && before.has(deployed.run)) delete data.deployed;
};

/** The list is in the order in which runs were last begun or continued. */
const runsBefore = ({ runs }: StateData, { id }: RunEntry): readonly RunEntry[] =>
  runs.slice(
    0,
    runs.findIndex((run) => run.id === id),
  );

/** Whether anything can be there: a run that ended before its first action, or that found nothing, has deployed nothing. */
const stands = (data: StateData, entry: RunEntry, past: RunState): boolean => {
  const { variant } = entry;
  if (data.created.some((thing) => thing.variant === variant)) return true;
  const earlier = runsBefore(data, entry).some(
    (run) => run.variant === variant && run.deploys && run.superseded !== true,
  );
  if (earlier) return true;
  return [...past.steps.values()].some((step) => step.command !== undefined || step.outcome === 'satisfied');
};
