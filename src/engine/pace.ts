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
  /** The longest pause its author wants. */
  readonly everyMs: number;
  /** Between looks it is seen at a glance whether there is news. */
  readonly glances?: boolean;
}

/** Of one core, for all looks together; timers, glances and telling what was seen take most of what is left of two hundredths. */
const shareOfCore = 0.012;
/** A look that takes long, as one that starts a program does, takes a twentieth of the time at most. */
const shareOfLook = 20;
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
  pause({ lookMs, costMs, waitedMs, everyMs, glances = false }: Waited): number {
    // In the first second looks come sooner than glances would.
    if (glances && waitedMs / 10 >= soonMs) return everyMs;
    const fair = Math.max(soonMs, (this.open * costMs) / shareOfCore, lookMs * shareOfLook);
    return Math.min(everyMs, Math.max(15, lookMs, Math.min(waitedMs / 10, fair)));
  }

  /** Sleeps for that long, or less, so that several waits wake together. True when it is for news. */
  async rest(rest: Rest, costMs: number, signal: AbortSignal): Promise<boolean> {
    const together = rest.hasNews !== undefined || (this.open > 1 && costMs < cheapMs);
    if (together && rest.ms >= this.lookout.roundMs) return this.lookout.rest(rest, signal);
    await this.clock.sleep(rest.ms, signal);
    return false;
  }
}
