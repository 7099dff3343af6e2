// Since when each step has held, as far as runs tell: from the moment it was brought about, or first seen to be true, without a break.
import type { Address, RunEvent } from './event.ts';

/** Runs are added from the newest to the oldest. */
export class HeldSince {
  private readonly since = new Map<Address, number>();
  /** Of these older runs tell nothing more. */
  private readonly settled = new Set<Address>();

  addOlder(events: Iterable<RunEvent>): void {
    const run = new Map<Address, { readonly at?: number; readonly begun: boolean }>();
    for (const event of events) {
      if (event.type === 'step.started' || event.type === 'step.undone') run.set(event.address, { begun: true });
      if (event.type !== 'step.finished') continue;
      const before = run.get(event.address);
      if (event.outcome === 'changed') run.set(event.address, { at: event.at, begun: true });
      else if (event.outcome === 'satisfied')
        run.set(event.address, { at: before?.at ?? event.at, begun: before?.begun ?? false });
      else if (event.outcome === 'failed' || event.outcome === 'interrupted') run.set(event.address, { begun: true });
    }
    for (const [address, { at, begun }] of run) {
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
