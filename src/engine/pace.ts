// How soon a thing that is waited for is looked at again: at once in the beginning, then about as often as looking costs little, also
// when many are waited for. What is noticed late is lost time; what is asked too often takes time from what it waits for.
import { LookCosts } from './look-costs.ts';
import { Lookout, type Rest, soonMs } from './lookout.ts';
import type { Clock } from './ports.ts';

export interface Waited {
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
