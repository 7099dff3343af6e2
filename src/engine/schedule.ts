// Which unit may start when: counts what each still waits for, and knows how every finished one ended.
import { parseAddress } from '../core/address.ts';
import type { Outcome } from '../core/event.ts';
import { longestPaths } from '../core/graph.ts';
import type { Unit } from './unit.ts';

export interface Ended {
  readonly outcome: Outcome;
  /** What needs it goes on although it failed. */
  readonly tolerated?: boolean | undefined;
  /** What was proved of the units below it before does not count any longer. */
  readonly moved?: boolean | undefined;
}

export class Schedule {
  readonly units = new Map<string, Unit>();
  private readonly ended = new Map<string, Ended>();
  /** Units below which something changed in this run. */
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
      const needs = this.needsOf(unit);
      const open = needs.filter((need) => !this.ended.has(need));
      for (const need of open) {
        const followers = this.followers.get(need);
        if (followers) followers.push(unit.address);
        else this.followers.set(need, [unit.address]);
      }
      if (needs.some((need) => this.spreadsDirt(need))) this.dirty.add(unit.address);
      this.waiting.set(unit.address, open.length);
      if (open.length === 0) ready.push(unit);
    }
    return ready;
  }

  rank(address: string): number {
    return this.ranks.get(address) ?? this.ranks.get(parseAddress(address).step) ?? 0;
  }

  /** Takes note of an end; returns the units that may start now. */
  finish(address: string, ended: Ended): readonly Unit[] {
    this.ended.set(address, ended);
    const spreads = this.spreadsDirt(address);
    const ready: Unit[] = [];
    for (const follower of this.followers.get(address) ?? []) {
      if (spreads) this.dirty.add(follower);
      const left = (this.waiting.get(follower) ?? 1) - 1;
      this.waiting.set(follower, left);
      const unit = this.units.get(follower);
      if (left === 0 && unit) ready.push(unit);
    }
    this.followers.delete(address);
    return ready;
  }

  /** Whether everything it needs has ended. */
  isReady(address: string): boolean {
    return this.waiting.get(address) === 0;
  }

  outcomeOf(address: string): Outcome | undefined {
    return this.ended.get(address)?.outcome;
  }

  isTolerated(address: string): boolean {
    return this.ended.get(address)?.tolerated === true;
  }

  isDirty(address: string): boolean {
    return this.dirty.has(address);
  }

  /** The needs that keep a unit from running: they failed, were blocked or interrupted. */
  blockersOf(unit: Unit): readonly string[] {
    return this.needsOf(unit).filter((need) => isBroken(this.outcomeOf(need)) && !this.isTolerated(need));
  }

  /** How a parent ended, from how its children ended; without children, from what it needs. */
  parentEnd(parent: Unit): Ended {
    const children = parent.children ?? [];
    if (children.length === 0) return { outcome: this.blockersOf(parent).length > 0 ? 'blocked' : 'skipped' };
    const outcomes = new Set(children.map((child) => this.outcomeOf(child)));
    const outcome = worstFirst.find((each) => outcomes.has(each)) ?? 'skipped';
    const broken = children.filter((child) => isBroken(this.outcomeOf(child)));
    const tolerated = broken.length > 0 && broken.every((child) => this.isTolerated(child));
    return { outcome, tolerated };
  }

  /** A child that is not there, or not yet, is waited for as its whole step is. */
  private needsOf({ needs }: Unit): readonly string[] {
    const known = needs.map((need) => (this.units.has(need) ? need : parseAddress(need).step));
    return (known.length < 2 ? known : [...new Set(known)]).filter((need) => this.units.has(need));
  }

  private spreadsDirt(address: string): boolean {
    const ended = this.ended.get(address);
    return ended !== undefined && (ended.outcome === 'changed' || ended.moved === true || this.dirty.has(address));
  }
}

const worstFirst = ['failed', 'interrupted', 'blocked', 'changed', 'satisfied'] as const;

const isBroken = (outcome: Outcome | undefined): boolean =>
  outcome === 'failed' || outcome === 'blocked' || outcome === 'interrupted';
