// Which unit may start when: counts what each still waits for, and knows how every finished one ended.
import type { Outcome } from '../core/event.ts';
import { longestPaths } from '../core/graph.ts';
import type { Unit } from './unit.ts';

export class Schedule {
  readonly units = new Map<string, Unit>();
  readonly outcomes = new Map<string, Outcome>();
  /** Units below which something changed in this run: what was proved of them before no longer counts. */
  private readonly dirty = new Set<string>();
  private readonly followers = new Map<string, string[]>();
  private readonly waiting = new Map<string, number>();
  private ranks: ReadonlyMap<string, number> = new Map();

  constructor(units: readonly Unit[], usualMs: (address: string) => number | undefined) {
    this.add(units);
    // A step nobody has timed counts as a second: it then weighs about as much as its neighbours.
    this.ranks = longestPaths(units, (address) => usualMs(address) ?? 1000);
  }

  /** Adds units; those whose needs are all finished are returned as ready. */
  add(units: readonly Unit[]): readonly Unit[] {
    for (const unit of units) this.units.set(unit.address, unit);
    const ready: Unit[] = [];
    for (const unit of units) {
      const open = [...new Set(unit.needs)].filter((need) => this.units.has(need) && !this.outcomes.has(need));
      for (const need of open) {
        const followers = this.followers.get(need);
        if (followers) followers.push(unit.address);
        else this.followers.set(need, [unit.address]);
      }
      this.waiting.set(unit.address, open.length);
      if (open.length === 0) ready.push(unit);
    }
    return ready;
  }

  rank(address: string): number {
    return this.ranks.get(address) ?? 0;
  }

  /** Takes note of an outcome; returns the units that may start now. */
  finish(address: string, outcome: Outcome): readonly Unit[] {
    this.outcomes.set(address, outcome);
    const ready: Unit[] = [];
    for (const follower of this.followers.get(address) ?? []) {
      if (outcome === 'changed' || this.dirty.has(address)) this.dirty.add(follower);
      const left = (this.waiting.get(follower) ?? 1) - 1;
      this.waiting.set(follower, left);
      const unit = this.units.get(follower);
      if (left === 0 && unit) ready.push(unit);
    }
    this.followers.delete(address);
    return ready;
  }

  isDirty(address: string): boolean {
    return this.dirty.has(address);
  }

  /** The needs that keep a unit from running: they failed, were blocked or interrupted. */
  blockersOf(unit: Unit): readonly string[] {
    return unit.needs.filter((need) => {
      const outcome = this.outcomes.get(need);
      return outcome === 'failed' || outcome === 'blocked' || outcome === 'interrupted';
    });
  }

  /** How a parent ended, from how its children ended. */
  parentOutcome(parent: Unit): Outcome {
    const outcomes = (parent.children ?? []).map((child) => this.outcomes.get(child));
    for (const worst of ['failed', 'interrupted', 'blocked', 'changed', 'satisfied'] as const)
      if (outcomes.includes(worst)) return worst;
    return 'skipped';
  }
}
