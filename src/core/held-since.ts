// Since when each step has held, as far as runs tell: from the moment it was brought about, or first seen to be true, without a break.
import type { Address, RunEvent } from './event.ts';

/** Runs are added from the newest to the oldest. */
export class HeldSince {
  private readonly since = new Map<Address, number>();
  /** Of these older runs tell nothing more. */
  private readonly settled = new Set<Address>();

  addOlder(spans: Iterable<readonly [Address, Span]>): void {
    for (const [address, { at, begun }] of spans) {
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

export interface Span {
  /** Undefined for a step the run left not holding. */
  readonly at?: number;
  /** It began in this run, so that what was before does not count. */
  readonly begun: boolean;
}

/** What the events of one run say of each step, kept up to date event by event. */
export class Spans {
  readonly all = new Map<Address, Span>();
  private readonly endings = new Set<Address>();

  static of(events: Iterable<RunEvent>): Spans {
    const spans = new Spans();
    for (const event of events) spans.add(event);
    return spans;
  }

  add(event: RunEvent): void {
    if (!('address' in event)) return;
    const { address } = event;
    const span = after(this.all.get(address), event);
    if (span) this.all.set(address, span);
    if (isEnding(event)) this.endings.add(address);
  }

  /** Addresses whose things, as the step has them now, were to be taken away. */
  get ended(): readonly Address[] {
    return [...this.endings];
  }
}

const isEnding = (event: RunEvent): boolean => event.type === 'step.undone' && event.earlier !== true;

const after = (before: Span | undefined, event: RunEvent): Span | undefined => {
  if (event.type === 'step.started' || isEnding(event)) return { begun: true };
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
