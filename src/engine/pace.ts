// How soon a thing that is waited for is looked at again: at once in the beginning, then about as often as looking costs little, also
// when many are waited for. What is noticed late is lost time; what is asked too often takes time from what it waits for.
import type { Clock } from './ports.ts';

interface Waited {
  /** How long the last look took. */
  readonly lookMs: number;
  /** CPU time that its looks take. */
  readonly costMs: number;
  readonly waitedMs: number;
  /** How long such a wait took in earlier runs. */
  readonly usualMs?: number | undefined;
  /** The longest pause its author wants. */
  readonly everyMs: number;
  /** Between looks it is seen at a glance whether there is news. */
  readonly glances?: boolean;
}

/** Of one core, for all looks together; timers, glances and telling what was seen take most of what is left of two hundredths. */
const shareOfCore = 0.012;
/** A look that takes long, as one that starts a program does, takes a twentieth of the time at most. */
const shareOfLook = 20;
/** Around the time at which it came true before, looks come so many times as often, as far as the share of the core allows. */
const closer = 4;
const around = { from: 0.9, to: 1.2 } as const;
/** Looks that cost more are not made side by side on purpose: their burst would be felt. */
const cheapMs = 0.5;

export class Pace {
  readonly costs: LookCosts;
  private open = 0;
  private readonly clock: Clock;
  private readonly lookout: Lookout;

  constructor(clock: Clock) {
    this.clock = clock;
    this.costs = new LookCosts(clock);
    this.lookout = new Lookout(clock);
  }

  /** Counts one more wait, until the returned function is called. */
  enter(): () => void {
    this.open += 1;
    return () => {
      this.open -= 1;
    };
  }

  /** Milliseconds to the next look. Each wait has the same part of what all may cost. */
  pause({ lookMs, costMs, waitedMs, usualMs = 0, everyMs, glances = false }: Waited): number {
    // In the first second looks come sooner than glances would.
    if (glances && waitedMs / 10 >= soonMs) return everyMs;
    const early = usualMs * around.from - waitedMs;
    const times = early <= 0 && waitedMs < usualMs * around.to ? closer : 1;
    const fair = Math.max(soonMs, (this.open * costMs) / shareOfCore, (lookMs * shareOfLook) / times);
    const pause = Math.max(15, lookMs, Math.min(waitedMs / 10 / times, fair));
    return Math.min(everyMs, early > 0 ? Math.min(pause, Math.max(15, lookMs, early)) : pause);
  }

  /** Sleeps for that long, or less, so that several waits wake together. True when it is for news. */
  async rest(rest: Rest, costMs: number, signal: AbortSignal): Promise<boolean> {
    const together = rest.hasNews !== undefined || (this.open > 1 && costMs < cheapMs);
    if (together && rest.ms >= this.lookout.roundMs) return this.lookout.rest(rest, signal);
    await this.clock.sleep(rest.ms, signal);
    return false;
  }
}

// Those that wait for long rest together: all are seen to at the same moments, since waking an idle process costs more than a cheap
// look. Whoever can tell at a glance that there is news is woken as soon as there is.

interface Rest {
  readonly ms: number;
  /** Whether something is not what it was; costs next to nothing. */
  readonly hasNews?: (() => boolean) | undefined;
}

interface Sleeper {
  readonly dueAt: number;
  readonly hasNews: Rest['hasNews'];
  readonly wake: (forNews: boolean) => void;
}

/** A person, and a step that follows, notice no more than that. */
const soonMs = 100;
/** A glance takes a few microseconds: of so many in a millisecond, one in a hundred is for them. */
const glancesPerMs = 2;
/** Without a reason, an exception with its stack would be made. */
const over = 'nobody rests';

class Lookout {
  private readonly clock: Clock;
  private readonly sleepers = new Set<Sleeper>();
  private timer: AbortController | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Milliseconds between two rounds. */
  get roundMs(): number {
    return Math.max(soonMs, this.sleepers.size / glancesPerMs);
  }

  /** Until there is news (true), or until the last round before the time is over, or the signal aborts. */
  rest({ ms, hasNews }: Rest, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const leave = (): void => sleeper.wake(false);
      const wake = (forNews: boolean): void => {
        this.sleepers.delete(sleeper);
        signal.removeEventListener('abort', leave);
        if (this.sleepers.size === 0) this.timer?.abort(over);
        resolve(forNews);
      };
      const sleeper = { dueAt: this.clock.monotonic() + ms, hasNews, wake };
      this.sleepers.add(sleeper);
      signal.addEventListener('abort', leave, { once: true });
      if (!this.timer) void this.goRounds();
    });
  }

  private async goRounds(): Promise<void> {
    while (this.sleepers.size > 0) {
      this.timer = new AbortController();
      await this.clock.sleep(this.roundMs, this.timer.signal);
      const next = this.clock.monotonic() + this.roundMs;
      for (const { dueAt, hasNews, wake } of [...this.sleepers]) {
        if (dueAt < next) wake(false);
        else if (hasNews?.() === true) wake(true);
      }
    }
    this.timer = undefined;
  }
}

// What each look costs of this process's CPU. Looks overlap, so what is used meanwhile is divided among all that are under way; what
// the run does besides is counted in with them, and so they make room for it.

/** Where the clock can't tell. */
const guessedMs = 0.1;

class LookCosts {
  private readonly clock: Clock;
  private underWay = 0;
  private usedMs = 0;
  /** What one that had been under way all the time would have cost. */
  private eachMs = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Makes a look, and tells what it cost. */
  async of<T>(look: () => Promise<T>): Promise<{ readonly seen: T; readonly costMs: number }> {
    this.divide();
    this.underWay += 1;
    const before = this.eachMs;
    const end = (): number => {
      this.divide();
      this.underWay -= 1;
      return this.clock.cpu ? this.eachMs - before : guessedMs;
    };
    try {
      const seen = await look();
      return { seen, costMs: end() };
    } catch (error) {
      end();
      throw error;
    }
  }

  private divide(): void {
    const used = this.clock.cpu?.() ?? 0;
    if (this.underWay > 0) this.eachMs += (used - this.usedMs) / this.underWay;
    this.usedMs = used;
  }
}
