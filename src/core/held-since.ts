// Since when each step has held, as far as runs tell: from the moment it was brought about, or first seen to be true, without a break.
import type { Address, RunEvent } from './event.ts';

/** Runs are added from the newest to the oldest. */
export class HeldSince {
  private readonly since = new Map<Address, number>();
  /** Of these older runs tell nothing more. */
  private readonly settled = new Set<Address>();

  addOlder(events: Iterable<RunEvent>): void {
    for (const [address, { at, begun }] of spansIn(events)) {
      if (this.settled.has(address)) continue;
      if (at !== undefined) this.since.set(address, at);
      if (begun) this.settled.add(address);
    }
  }

  /** Milliseconds since the epoch; undefined for a step that no run left holding. */
  of(address: Address): number | undefined {
    return this.since.get(address);
  }
}

interface Span {
  /** Undefined for a step the run left not holding. */
  readonly at?: number;
  /** It began in this run, so that what was before does not count. */
  readonly begun: boolean;
}

const spansIn = (events: Iterable<RunEvent>): ReadonlyMap<Address, Span> => {
  const spans = new Map<Address, Span>();
  for (const event of events) {
    const span = 'address' in event ? after(spans.get(event.address), event) : undefined;
    if (span && 'address' in event) spans.set(event.address, span);
  }
  return spans;
};

const after = (before: Span | undefined, event: RunEvent): Span | undefined => {
  if (event.type === 'step.started' || (event.type === 'step.undone' && event.earlier !== true)) return { begun: true };
  if (event.type !== 'step.finished') return undefined;
  switch (event.outcome) {
    case 'changed':
      return { at: event.at, begun: true };
    case 'satisfied':
      return { at: before?.at ?? event.at, begun: before?.begun ?? false };
    case 'failed':
    case 'interrupted':
      return { begun: true };
    default:
      return undefined;
  }
};
