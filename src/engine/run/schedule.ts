// Which unit may start when: counts what each still waits for, and knows how every finished one ended.
import { parseAddress } from '../../core/address.ts';
import type { Outcome } from '../../core/event.ts';
import { longestPaths } from '../../core/graph.ts';
import type { Unit } from '../step/unit.ts';

export interface Ended {
  readonly outcome: Outcome;
  /** What needs it goes on although it failed. */
  readonly tolerated?: boolean | undefined;
  /** What was proved of the units below it before does not count any longer. */
  readonly moved?: boolean | undefined;
}

/** What is known of one unit. */
interface Entry {
  unit: Unit;
  /** Needs that have not ended. */
  waiting: number;
  /** Those that wait for it. */
  followers: Entry[] | undefined;
  ended: Ended | undefined;
  /** Something below it changed in this run. */
  dirty: boolean;
}

export class Schedule {
  private readonly entries = new Map<string, Entry>();
  private readonly first: readonly Unit[];
  private readonly usualMs: (address: string) => number | undefined;
  private ranks: ReadonlyMap<string, number> | undefined;

  constructor(units: readonly Unit[], usualMs: (address: string) => number | undefined) {
    this.first = units;
    this.usualMs = usualMs;
    this.add(units);
  }

  get units(): readonly Unit[] {
    return Array.from(this.entries.values(), ({ unit }) => unit);
  }

  /** Adds units; those whose needs are all finished are returned as ready. */
  add(units: readonly Unit[]): readonly Unit[] {
    const added = units.map((unit) => this.enter(unit));
    return added.filter((entry) => this.connect(entry)).map(({ unit }) => unit);
  }

  private enter(unit: Unit): Entry {
    const known = this.entries.get(unit.address);
    if (known) {
      known.unit = unit;
      return known;
    }
    const entry = { unit, waiting: 0, followers: undefined, ended: undefined, dirty: false };
    this.entries.set(unit.address, entry);
    return entry;
  }

  /** True when it waits for nothing. */
  private connect(entry: Entry): boolean {
    let waiting = 0;
    for (const need of this.needsOf(entry.unit)) {
      if (spreadsDirt(need)) entry.dirty = true;
      if (need.ended) continue;
      waiting += 1;
      if (need.followers) need.followers.push(entry);
      else need.followers = [entry];
    }
    entry.waiting = waiting;
    return waiting === 0;
  }

  /** Reckoned when it is first asked for: where there is nothing to do nobody asks. */
  rank(address: string): number {
    // A step nobody has timed counts as a second: it then weighs about as much as its neighbours.
    this.ranks ??= longestPaths(this.first, (each) => this.usualMs(each) ?? 1000);
    return this.ranks.get(address) ?? this.ranks.get(parseAddress(address).step) ?? 0;
  }

  /** Takes note of an end; returns the units that may start now. */
  finish(address: string, ended: Ended): readonly Unit[] {
    const entry = this.entries.get(address);
    if (!entry) return [];
    const { followers = [] } = entry;
    entry.ended = ended;
    entry.followers = undefined;
    const spreads = spreadsDirt(entry);
    const ready: Unit[] = [];
    for (const follower of followers) {
      if (spreads) follower.dirty = true;
      follower.waiting -= 1;
      if (follower.waiting === 0) ready.push(follower.unit);
    }
    return ready;
  }

  /** Whether everything it needs has ended. */
  isReady(address: string): boolean {
    return this.entries.get(address)?.waiting === 0;
  }

  outcomeOf(address: string): Outcome | undefined {
    return this.entries.get(address)?.ended?.outcome;
  }

  isTolerated(address: string): boolean {
    return this.entries.get(address)?.ended?.tolerated === true;
  }

  isDirty(address: string): boolean {
    return this.entries.get(address)?.dirty === true;
  }

  /** Whether every unit has ended. */
  get isOver(): boolean {
    for (const { ended } of this.entries.values()) if (!ended) return false;
    return true;
  }

  /** The needs that keep a unit from running: they failed, were blocked or interrupted. */
  blockersOf(unit: Unit): readonly string[] {
    const { needs } = unit;
    // Nearly always there are none, and there may be ten thousand units.
    if (needs.length === 0) return none;
    const blockers = this.needsOf(unit).filter(isBlocking);
    return blockers.length === 0 ? none : blockers.map(addressOf);
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
  private needsOf({ needs }: Unit): readonly Entry[] {
    const known: Entry[] = [];
    for (const need of needs) {
      const entry = this.entries.get(need) ?? this.entries.get(parseAddress(need).step);
      if (entry) known.push(entry);
    }
    return known.length < 2 ? known : [...new Set(known)];
  }
}

const none: readonly string[] = [];

const addressOf = ({ unit }: Entry): string => unit.address;

const spreadsDirt = ({ ended, dirty }: Entry): boolean =>
  ended !== undefined && (ended.outcome === 'changed' || ended.moved === true || dirty);

const isBlocking = ({ ended }: Entry): boolean => isBroken(ended?.outcome) && ended?.tolerated !== true;

const worstFirst = ['failed', 'interrupted', 'blocked', 'changed', 'satisfied'] as const;

const isBroken = (outcome: Outcome | undefined): boolean =>
  outcome === 'failed' || outcome === 'blocked' || outcome === 'interrupted';
