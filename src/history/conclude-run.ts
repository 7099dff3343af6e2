// What the journal of a run means for the small state: written down when a run ends, and again when its engine was killed before
// it could. Doing it twice changes nothing.
import type { RunState } from '../core/run-state.ts';
import type { RunEntry, StateData } from '../store/state.ts';
import { foldLedger } from './history.ts';

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
