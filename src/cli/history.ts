// What earlier runs tell: what is known of each step, how long it usually takes, what was created and is still there.
import { childAddress, parseAddress } from '../core/address.ts';
import type { RunEvent } from '../core/event.ts';
import { foldRun, type Holding, type RunState } from '../core/run-state.ts';
import type { Workflow } from '../core/workflow.ts';
import type { Known } from '../engine/judge.ts';
import { readJournal } from '../store/journal.ts';
import { runFolder } from '../store/runs.ts';
import type { LedgerEntry, RunEntry, StateData } from '../store/state.ts';
import { isStoreError } from './store-errors.ts';

export interface History {
  readonly known: ReadonlyMap<string, Known>;
  usualMs(address: string): number | undefined;
}

/** The events of a run; none when its journal was never written. @throws StoreError for a damaged one. */
export const eventsOf = async (stateDir: string, run: string): Promise<readonly RunEvent[]> => {
  try {
    return (await readJournal(runFolder(stateDir, run).journal)).events;
  } catch (error) {
    if (isStoreError(error) && error.kind === 'missing') return [];
    throw error;
  }
};

/** What runs of this workflow and variant left known since it was last taken down; `current` is the run being continued. */
export const historyOf = async (
  stateDir: string,
  state: StateData,
  { workflow, variant, current }: { workflow: string; variant: string; current?: string },
): Promise<History> => {
  const known = new Map<string, Known>();
  const usual = new Map<string, number>();
  const runs = state.runs.filter((run) => run.workflow === workflow && run.variant === variant).reverse();
  for (const run of runs.slice(0, maximumRuns)) {
    for (const step of foldRun(await eventsOf(stateDir, run.id)).steps.values()) {
      const { address, outcome, durationMs } = step;
      if (outcome === 'changed' && durationMs !== undefined && !usual.has(address)) usual.set(address, durationMs);
      const counts = run.superseded !== true && outcome !== 'skipped' && outcome !== 'blocked';
      if (counts && !known.has(address)) known.set(address, { ...step, inThisRun: run.id === current, run: run.id });
    }
  }
  return { known, usualMs: (address) => usual.get(address) };
};

/** Older runs than this add nothing that a person would miss, and cost time at every start. */
const maximumRuns = 10;

/** The same with renamed steps known by the names they have now. */
export const renamed = (known: History['known'], workflow: Workflow): History['known'] => {
  const names = new Map(
    workflow.steps.flatMap((step) => [step.was ?? []].flat().map((was) => [was, step.id] as const)),
  );
  const found = new Map(known);
  for (const [address, entry] of known) {
    const { step, key } = parseAddress(address);
    const id = names.get(step);
    if (id === undefined) continue;
    const now = key === undefined ? id : childAddress(id, key);
    if (!found.has(now)) found.set(now, { ...entry, address: now });
  }
  return found;
};

/** Steps that left something behind and are no longer in the workflow. */
export const removedSteps = (
  known: ReadonlyMap<string, Known>,
  workflow: Workflow,
  created: readonly LedgerEntry[],
): readonly string[] => {
  const ids = new Set(workflow.steps.flatMap((step) => [step.id, ...[step.was ?? []].flat()]));
  const gone = [...known.keys()].map((address) => parseAddress(address).step).filter((id) => !ids.has(id));
  return [...new Set(gone)].filter((id) => created.some((entry) => parseAddress(entry.address).step === id));
};

/** The last run that did not succeed and may be continued. */
export const unfinishedRun = (
  state: StateData,
  wanted: { workflow?: string; variant?: string } = {},
): RunEntry | undefined => {
  const last = [...state.runs]
    .reverse()
    .find(
      (run) => (wanted.workflow ?? run.workflow) === run.workflow && (wanted.variant ?? run.variant) === run.variant,
    );
  return last && last.outcome !== 'succeeded' && last.superseded !== true ? last : undefined;
};

/** The ledger with what a run has made and taken away. Folding the same journal twice changes nothing. */
export const foldLedger = (ledger: readonly LedgerEntry[], run: RunState): LedgerEntry[] => {
  const start = run.start;
  if (!start) return [...ledger];
  const { variant, workflow } = start;
  const remains = ledger.filter((entry) => entry.variant !== variant || !run.undone.has(entry.address));
  const others = remains.filter(
    (entry) => entry.variant !== variant || entry.workflow !== workflow || !run.holdings.has(entry.address),
  );
  const own = [...run.holdings.values()].map((holding): LedgerEntry => {
    const first = remains.find(
      (entry) => entry.variant === variant && entry.workflow === workflow && entry.address === holding.address,
    );
    const { address, seq, at, created, undo } = holding;
    const when = first ? { run: first.run, seq: first.seq, at: first.at } : { run: start.run, seq, at };
    return { address, workflow, variant, ...when, created: [...created], ...(undo && { undo: plainUndo(undo) }) };
  });
  return [...others, ...own];
};

const plainUndo = (undo: NonNullable<Holding['undo']>): NonNullable<LedgerEntry['undo']> => ({
  action: { ...undo.action },
  absent: [...undo.absent],
  ...(undo.timeoutMs !== undefined && { timeoutMs: undo.timeoutMs }),
});

/** What a workflow of a variant holds, for undoing it. */
export const holdingsOf = (ledger: readonly LedgerEntry[], variant: string, workflow: string): readonly Holding[] =>
  ledger
    .filter((entry) => entry.variant === variant && entry.workflow === workflow)
    .map(({ address, created, seq, at, undo }) => ({ address, created, seq, at, ...(undo && { undo }) }));
