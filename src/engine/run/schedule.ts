// Which step may start when, and their turns.
import { parseAddress } from '../../core/address.ts';
import type { Outcome } from '../../core/event.ts';
import { longestPaths } from '../../core/graph.ts';
import type { Unit } from '../step/unit.ts';

interface Ended {
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

// The turns of a run's units: those that wait for nothing end at once, the others have their turn in the order of their ranks; all are
// over when nothing is left to wait for.

interface Driver {
  /** Undefined when the unit has a turn; else what is to be waited for, with those that may start after it handed to `start`. */
  endAtOnce(unit: Unit): { readonly recorded?: Promise<unknown> } | undefined;
  /** Rejects never. */
  turn(unit: Unit): Promise<unknown>;
  rank(unit: Unit): number;
  /** What could not be recorded, of ends at once. */
  onError(error: unknown): void;
}

export class Turns {
  private readonly driver: Driver;
  /** Those that may start now; undefined while nobody goes through them. */
  private ready: Unit[] | undefined;
  private open = 0;
  private awaited: Promise<unknown> | undefined;
  private end: () => void = () => {};

  constructor(driver: Driver) {
    this.driver = driver;
  }

  /** Resolves when all turns are over, also those of units that are handed to `start` meanwhile. */
  run(units: readonly Unit[]): Promise<void> {
    return new Promise((resolve) => {
      this.end = resolve;
      this.start(units);
      if (this.open === 0) resolve();
    });
  }

  start(units: readonly Unit[]): void {
    // A queue instead of recursion: a chain of ten thousand finished steps must not fill the stack.
    if (this.ready) {
      for (const unit of units) this.ready.push(unit);
      return;
    }
    this.ready = [...units];
    const turns: Unit[] = [];
    for (let at = 0; at < this.ready.length; at += 1) {
      const unit = this.ready[at] as Unit;
      if (!this.endsAtOnce(unit)) turns.push(unit);
    }
    this.ready = undefined;
    const { rank } = this.driver;
    if (turns.length > 1) turns.sort((a, b) => rank(b) - rank(a));
    for (const unit of turns) this.until(this.driver.turn(unit));
  }

  private endsAtOnce(unit: Unit): boolean {
    const end = this.driver.endAtOnce(unit);
    if (!end) return false;
    const { recorded } = end;
    // Ends that are recorded together are waited for once.
    if (recorded === undefined || recorded === this.awaited) return true;
    this.awaited = recorded;
    this.until(recorded.catch((error: unknown) => this.driver.onError(error)));
    return true;
  }

  private until(over: Promise<unknown>): void {
    this.open += 1;
    void over.finally(() => {
      this.open -= 1;
      if (this.open === 0) this.end();
    });
  }
}
