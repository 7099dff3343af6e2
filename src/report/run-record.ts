// A run as a page shows it: a fold over its events that also keeps when each step did what, over all its sittings.
import { parseAddress } from '../core/address.ts';
import type { Address, EventOf, Outcome, PlannedStep, RunEvent } from '../core/event.ts';
import type { Failure, Observation } from '../core/failure.ts';

/**
 * `look`: asks whether it holds already, or awaits its preconditions. `queue`: waits until fewer others work. `act`: an attempt of
 * its action. `pause`: before the next attempt. `prove`: awaits its health. Only `act` is work; the others wait.
 */
export interface Bar {
  readonly kind: 'look' | 'queue' | 'act' | 'pause' | 'prove';
  readonly attempt: number;
  from: number;
  to?: number;
  failed?: boolean;
  /** Its end was not seen: lab itself ended. */
  cut?: boolean;
}

export interface StepRow {
  readonly planned: PlannedStep;
  readonly address: Address;
  readonly key: string | undefined;
  readonly index: number;
  /** `cut`: nobody drives the run any more, and it was at work. */
  phase: 'open' | 'acting' | 'retrying' | 'proving' | 'cut' | 'done';
  bars: Bar[];
  /** Attempts that were started, each with a log of its own. */
  attempts: number[];
  verdict?: EventOf<'step.judged'>['verdict'];
  healed: boolean;
  heals?: boolean;
  outcome?: Outcome;
  reason?: string | undefined;
  failure?: Failure | undefined;
  evidence: readonly Observation[];
  command?: string;
  definition?: unknown;
  durationMs?: number;
  finishedAt?: number;
  undone?: EventOf<'step.undone'>;
}

/** A stretch of time in which a process drove the run. */
export interface Sitting {
  readonly from: number;
  to: number;
  /** How it ended; `cut` when it did not live to tell. */
  end: 'succeeded' | 'failed' | 'interrupted' | 'cut' | undefined;
  signal?: string;
  readonly version: string;
}

export class RunRecord {
  readonly rows = new Map<Address, StepRow>();
  readonly children = new Map<Address, Address[]>();
  readonly sittings: Sitting[] = [];
  readonly notices: EventOf<'notice'>[] = [];
  start: EventOf<'run.started'> | undefined;
  end: EventOf<'run.finished'> | undefined;
  lastSeq = 0;
  /** Steps whose row changed since the reader last cleared this. */
  readonly touched = new Set<Address>();
  /** Grows with every change of which rows there are. */
  shape = 0;
  private known = new Map<Address, Outcome>();

  constructor(events: Iterable<RunEvent> = []) {
    for (const event of events) this.add(event);
  }

  add(event: RunEvent): void {
    this.lastSeq = event.seq;
    if (event.type !== 'run.started' && event.type !== 'run.resumed') this.stretch(event.at);
    switch (event.type) {
      case 'run.started':
      case 'run.resumed':
        this.sit(event);
        break;
      case 'run.planned':
        this.plan(event.steps);
        break;
      case 'step.expanded':
        this.plan(event.children);
        break;
      case 'run.stopping':
        this.patchSitting({ signal: event.signal });
        break;
      case 'run.finished':
        this.end = event;
        this.patchSitting({ end: event.outcome });
        break;
      case 'notice':
        this.notices.push(event);
        break;
      default:
        this.addToStep(event);
        break;
    }
  }

  /** A row of its own: not the parent of foreach children, unless it ended without any. */
  get steps(): readonly StepRow[] {
    return [...this.rows.values()].filter(
      ({ planned, address, outcome }) =>
        planned.parent !== true || (outcome !== undefined && !this.children.has(address)),
    );
  }

  /** Nobody drives the run: what is at work was cut off. A later sitting may take it up again. */
  settle(): void {
    const sitting = this.sittings.at(-1);
    if (!sitting || sitting.end !== undefined) return;
    sitting.end = 'cut';
    for (const row of this.rows.values()) {
      const last = row.bars.at(-1);
      if (last && last.to === undefined) Object.assign(last, { to: sitting.to, cut: true });
      if (row.phase === 'open' || row.phase === 'done') continue;
      row.phase = 'cut';
      this.touched.add(row.address);
    }
  }

  private stretch(at: number): void {
    const sitting = this.sittings.at(-1);
    if (sitting) sitting.to = Math.max(sitting.to, at);
  }

  private patchSitting(part: Partial<Sitting>): void {
    const sitting = this.sittings.at(-1);
    if (sitting) Object.assign(sitting, part);
  }

  private sit(event: EventOf<'run.started'> | EventOf<'run.resumed'>): void {
    if (event.type === 'run.started') this.start = event;
    const before = this.sittings.at(-1);
    if (before && before.end === undefined) before.end = 'cut';
    for (const row of this.rows.values()) {
      if (row.outcome !== undefined) this.known.set(row.address, row.outcome);
      const last = row.bars.at(-1);
      if (last && last.to === undefined && before) Object.assign(last, { to: before.to, cut: true });
      row.phase = 'open';
    }
    this.end = undefined;
    this.sittings.push({ from: event.at, to: event.at, end: undefined, version: event.version });
    this.shape += 1;
  }

  private plan(steps: readonly PlannedStep[]): void {
    this.shape += 1;
    for (const planned of steps) {
      const { address } = planned;
      const before = this.rows.get(address);
      this.rows.set(address, before ? { ...before, planned } : this.fresh(planned));
      if (address === planned.step) continue;
      const siblings = this.children.get(planned.step) ?? [];
      if (!siblings.includes(address)) this.children.set(planned.step, [...siblings, address]);
    }
  }

  private fresh(planned: PlannedStep): StepRow {
    const { address } = planned;
    const { key } = parseAddress(address);
    const index = this.rows.size;
    return {
      ...{ planned, address, key, index, phase: 'open', bars: [], attempts: [] },
      ...{ healed: false, evidence: [] },
    };
  }

  private rowOf(address: Address): StepRow {
    const found = this.rows.get(address);
    if (found) return found;
    const { step } = parseAddress(address);
    this.plan([{ address, step, name: address, needs: [] }]);
    return this.rowOf(address);
  }

  private addToStep(event: Extract<RunEvent, { address: Address }>): void {
    const row = this.rowOf(event.address);
    this.touched.add(event.address);
    switch (event.type) {
      case 'step.judged':
        Object.assign(row, { verdict: event.verdict, reason: event.reason, evidence: event.evidence });
        break;
      case 'step.started':
        row.heals = row.heals === true || event.heals === true;
        begin(row, event);
        break;
      case 'step.acted':
        act(row, event);
        break;
      case 'step.retrying':
        row.phase = 'retrying';
        row.failure = event.failure;
        row.bars.push({ kind: 'pause', attempt: event.attempt, from: event.at });
        break;
      case 'step.finished':
        this.finish(row, event);
        break;
      case 'step.undone':
        // What could not be taken away outweighs what an earlier definition had made.
        if (!(event.earlier && row.undone?.outcome === 'failed')) row.undone = event;
        break;
      default:
        break;
    }
  }

  private finish(row: StepRow, event: EventOf<'step.finished'>): void {
    const { at, outcome, durationMs, evidence, definition } = event;
    const open = closeBar(row, at);
    const failedProof = open?.kind === 'prove' && outcome === 'failed';
    if (open && failedProof) open.failed = true;
    const began = at - durationMs;
    const own = row.bars.filter((bar) => bar.from >= began - 1);
    const first = own[0];
    if (!first) row.bars.push({ kind: 'look', attempt: 0, from: began, to: at, failed: outcome === 'failed' });
    else if (first.from - began >= 1)
      row.bars.splice(row.bars.indexOf(first), 0, { kind: 'look', attempt: 0, from: began, to: first.from });
    const broken = row.verdict === 'run' && row.evidence.some((each) => !each.holds);
    const wasDone = ['changed', 'satisfied'].includes(this.known.get(row.address) ?? '');
    row.healed = outcome === 'changed' && (row.heals === true || (broken && wasDone));
    row.phase = 'done';
    // A parent that ends without children becomes a row like others.
    if (row.planned.parent === true) this.shape += 1;
    Object.assign(row, { outcome, evidence, durationMs, finishedAt: at });
    row.reason = event.reason;
    row.failure = event.failure;
    if (definition !== undefined) row.definition = definition;
  }
}

const begin = (row: StepRow, event: EventOf<'step.started'>): void => {
  closeBar(row, event.at);
  row.phase = 'acting';
  row.command = event.command;
  row.definition = event.definition;
  if (!row.attempts.includes(event.attempt)) row.attempts.push(event.attempt);
  row.bars.push({ kind: 'act', attempt: event.attempt, from: event.at });
};

const act = (row: StepRow, event: EventOf<'step.acted'>): void => {
  const bar = closeBar(row, event.at);
  const began = event.at - event.durationMs;
  // `started` is written before the wait for a free place.
  if (bar && began - bar.from >= 1) {
    row.bars.splice(-1, 0, { kind: 'queue', attempt: event.attempt, from: bar.from, to: began });
    bar.from = began;
  }
  if (event.failure) {
    row.failure = event.failure;
    if (bar) bar.failed = true;
    return;
  }
  row.phase = 'proving';
  row.bars.push({ kind: 'prove', attempt: event.attempt, from: event.at });
};

const closeBar = (row: StepRow, at: number): Bar | undefined => {
  const bar = row.bars.at(-1);
  if (!bar || bar.to !== undefined) return undefined;
  bar.to = at;
  return bar;
};
