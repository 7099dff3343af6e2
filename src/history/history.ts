// What earlier runs tell: what is known of each step, how long it usually takes, what was created and is still there.
import { parseAddress, type Renames, renamedAddress, renamesOf } from '../core/address.ts';
import type { PlannedStep } from '../core/event.ts';
import { HeldSince } from '../core/held-since.ts';
import { type Holding, HoldingBook, renamedHolding } from '../core/holdings.ts';
import { plannedRenames, type RunState } from '../core/run-state.ts';
import type { Told } from '../core/told.ts';
import { UsualTimes } from '../core/usual-times.ts';
import type { Workflow } from '../core/workflow.ts';
import type { Known } from '../engine/plan/judge.ts';
import { isOpenParent, type Unit } from '../engine/step/unit.ts';
import type { LedgerEntry, RunEntry, StateData } from '../store/state.ts';
import { toldOf } from './past-runs.ts';

export interface History {
  readonly known: ReadonlyMap<string, Known>;
  usualMs(address: string): number | undefined;
  /** When it last began to hold, in milliseconds since the epoch. */
  heldSince(address: string): number | undefined;
}

interface Wanted {
  readonly workflow: string;
  readonly variant: string;
  readonly current?: string;
  /** Nobody asks how long steps take, for which ten runs would be read. */
  readonly untimed?: boolean;
}

/** What runs of this workflow and variant left known since it was last taken down; `current` is the run being continued. */
export const historyOf = async (stateDir: string, state: StateData, wanted: Wanted): Promise<History> => {
  const reader = new HistoryReader(wanted);
  for (const run of [...state.runs].reverse()) if (reader.wants(run)) reader.add(run, toldOf(stateDir, run));
  const { known, usual } = reader;
  return { known, usualMs: (address) => usual.of(address), heldSince: (address) => reader.held.of(address) };
};

/** Reads runs from the newest to the oldest, as far as they have something to tell. */
class HistoryReader {
  readonly known = new Map<string, Known>();
  readonly usual = new UsualTimes();
  private readonly gone = new Set<string>();
  private readonly wanted: Wanted;
  private readonly counted: { readonly told: Told; readonly own: boolean }[] = [];
  private heldSince: HeldSince | undefined;
  private timed = 0;
  private complete = false;

  constructor(wanted: Wanted) {
    this.wanted = wanted;
  }

  wants(run: RunEntry): boolean {
    if (run.variant !== this.wanted.variant) return false;
    const counts = run.superseded !== true && !this.complete;
    const timed = this.wanted.untimed !== true && this.timed < maximumTimed;
    if (run.workflow === this.wanted.workflow) return counts || timed;
    // It matters only for what it took away; one that took all away superseded all before it.
    return counts && (run.outcome !== 'succeeded' || run.partial === true);
  }

  add(run: RunEntry, told: Told): void {
    const own = run.workflow === this.wanted.workflow;
    const { times } = told;
    if (own) this.addOwn(run, told, times);
    // Of a superseded run only its times count, so that what is known never depends on how many of those are read.
    if (run.superseded === true) return;
    this.counted.push({ told, own });
    for (const address of times.undone) this.gone.add(address);
  }

  /** Made when first asked for: a run never asks. */
  get held(): HeldSince {
    if (this.heldSince) return this.heldSince;
    const held = new HeldSince();
    for (const { told, own } of this.counted) {
      const { spans } = told;
      held.addOlder(own ? spans.own : spans.ended.map((address) => [address, { begun: true }] as const));
    }
    this.heldSince = held;
    return held;
  }

  private addOwn(run: RunEntry, told: Told, times: Told['times']): void {
    this.timed += 1;
    this.usual.add(times);
    if (run.superseded === true || this.complete) return;
    const inThisRun = run.id === this.wanted.current;
    told.known.forEach((step, address) => {
      if (this.known.has(address) || this.gone.has(address)) return;
      // In place: what was told is made anew for whoever reads it, and a copy of each would be most of the work.
      const known = step as { -readonly [K in keyof Known]: Known[K] };
      known.inThisRun = inThisRun;
      known.run = run.id;
      this.known.set(address, known);
    });
    // It tells of every step; older ones have nothing to add.
    this.complete = run.outcome === 'succeeded' && run.partial !== true;
  }
}

/** Older runs than this tell nothing about how long a step takes that newer ones don't. */
const maximumTimed = 10;

/** The same with renamed steps known by the names they have now. */
export const renamed = (known: History['known'], workflow: Workflow): History['known'] => {
  const renames = renamesOf(workflow.steps);
  if (renames.size === 0) return known;
  const found = new Map(known);
  for (const [address, entry] of known) {
    const now = renamedAddress(renames, address);
    if (!found.has(now)) found.set(now, { ...entry, address: now });
  }
  return found;
};

interface Owner {
  readonly workflow: string;
  readonly variant: string;
}

const isOf = (entry: LedgerEntry, { workflow, variant }: Owner): boolean =>
  entry.workflow === workflow && entry.variant === variant;

/** The ledger with what renamed steps of a workflow made under the names they have now. */
export const renamedThings = (
  created: readonly LedgerEntry[],
  { steps, ...owner }: Owner & { readonly steps: Workflow['steps'] },
): readonly LedgerEntry[] => withRenames(created, owner, renamesOf(steps));

const withRenames = (created: readonly LedgerEntry[], owner: Owner, renames: Renames): readonly LedgerEntry[] =>
  renames.size === 0 ? created : created.map((entry) => (isOf(entry, owner) ? renamedHolding(renames, entry) : entry));

/** Addresses that left something behind and that the workflow no longer has. */
export const removedThings = (
  created: readonly LedgerEntry[],
  owner: Owner,
  units: readonly Unit[],
): readonly string[] => {
  const addresses = new Set(units.map((unit) => unit.address));
  // Children of these are not known before other steps have run.
  const open = new Set(units.filter(isOpenParent).map((unit) => unit.address));
  const held = new Set(created.filter((entry) => isOf(entry, owner)).map((entry) => entry.address));
  return [...held].filter((address) => !open.has(parseAddress(address).step) && !addresses.has(address));
};

/** Children that left something behind and that lists which were worked out in a run no longer have. */
export const vanishedChildren = (
  created: readonly LedgerEntry[],
  owner: Owner,
  lists: ReadonlyMap<string, readonly PlannedStep[]>,
): readonly string[] => {
  const held = new Set(created.filter((entry) => isOf(entry, owner)).map((entry) => entry.address));
  return [...held].filter(
    (child) => lists.get(parseAddress(child).step)?.every(({ address }) => address !== child) === true,
  );
};

/**
 * The last run that may be continued: it did not succeed, and nothing came after it that settles it, which is a later success of
 * the same workflow, or of one that deploys.
 */
export const unfinishedRun = (
  state: StateData,
  wanted: { workflow?: string; variant?: string } = {},
): RunEntry | undefined => {
  const settled = new Set<string>();
  for (const run of [...state.runs].reverse()) {
    const { workflow, variant } = run;
    const name = `${variant} ${workflow}`;
    if (run.superseded === true || settled.has(name) || settled.has(variant)) continue;
    if (run.outcome !== 'succeeded' && isWanted(run, wanted)) return run;
    if (run.outcome === 'succeeded' && run.partial !== true) settled.add(run.deploys ? variant : name);
  }
  return undefined;
};

const isWanted = (run: RunEntry, { workflow, variant }: { workflow?: string; variant?: string }): boolean =>
  (workflow ?? run.workflow) === run.workflow && (variant ?? run.variant) === run.variant;

/** The ledger with what a run has made and taken away. Folding the same journal twice changes nothing. */
export const foldLedger = (ledger: readonly LedgerEntry[], run: RunState): LedgerEntry[] => {
  const { start, deeds } = run;
  if (!start) return [...ledger];
  const { variant, workflow, undoes, scope } = start;
  // Journals from before runs said whose things they take away.
  const takenFrom = undoes ?? ((scope.undo || run.scope.prune) && workflow);
  const named = withRenames(ledger, { variant, workflow }, plannedRenames(run.planned.values()));
  const workflows = new Set([...named.filter((entry) => entry.variant === variant).map(workflowOf), workflow]);
  const books = [...workflows].map((each) => [each, new HoldingBook(holdingsOf(named, variant, each))] as const);
  for (const deed of deeds)
    for (const [name, book] of books)
      if (name === (deed.type === 'made' ? workflow : (takenFrom ?? name))) book.do(deed);
  return [
    ...named.filter((entry) => entry.variant !== variant),
    ...books.flatMap(([each, book]) => book.all.map((holding) => entryOf(holding, { variant, workflow: each }))),
  ];
};

const workflowOf = ({ workflow }: LedgerEntry): string => workflow;

const entryOf = (holding: Holding, owner: Owner): LedgerEntry => {
  const { address, run = '', seq, at, created, undo, fingerprint, needs } = holding;
  return {
    ...{ address, ...owner, run, seq, at, created: [...created] },
    ...(undo && { undo: plainUndo(undo) }),
    ...(fingerprint !== undefined && { fingerprint }),
    ...(needs && { needs: [...needs] }),
  };
};

const plainUndo = (undo: NonNullable<Holding['undo']>): NonNullable<LedgerEntry['undo']> => ({
  action: { ...undo.action },
  absent: [...undo.absent],
  ...(undo.timeoutMs !== undefined && { timeoutMs: undo.timeoutMs }),
});

/** The workflows of a variant that have made something which is still there. */
export const makersOf = ({ created }: StateData, variant: string): readonly string[] => [
  ...new Set(created.filter((entry) => entry.variant === variant).map(({ workflow }) => workflow)),
];

/** What a workflow of a variant holds, for undoing it. */
export const holdingsOf = (ledger: readonly LedgerEntry[], variant: string, workflow: string): readonly Holding[] =>
  new HoldingBook(ledger.filter((entry) => isOf(entry, { variant, workflow })).map(holdingOf)).all;

const holdingOf = ({ address, created, run, seq, at, undo, fingerprint, needs }: LedgerEntry): Holding => ({
  ...{ address, created, run, seq, at },
  ...(undo && { undo }),
  ...(fingerprint !== undefined && { fingerprint }),
  ...(needs && { needs }),
});
