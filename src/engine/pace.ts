// How soon a thing that is waited for is looked at again: at once in the beginning, then about as often as looking costs little, also
// when many are waited for. What is noticed late is lost time; what is asked too often takes time from what it waits for.

export interface Waited {
  /** How long the last look took. */
  readonly lookMs: number;
  readonly waitedMs: number;
  /** The longest pause its author wants. */
  readonly everyMs: number;
}

/** A person, and a step that follows, notice no more than that. */
const soonMs = 100;
/** All together so many looks a second: with 0.1 ms of work each, 2 % of a core. */
const looksPerSecond = 200;
/** A look that takes long, as one that starts a program does, takes a twentieth of the time at most. */
const shareOfLook = 20;

export class Pace {
  private open = 0;

  /** Counts one more wait, until the returned function is called. */
  enter(): () => void {
    this.open += 1;
    return () => {
      this.open -= 1;
    };
  }

  /** Milliseconds to the next look. */
  pause({ lookMs, waitedMs, everyMs }: Waited): number {
    const slowest = Math.max(soonMs, (this.open * 1000) / looksPerSecond, lookMs * shareOfLook);
    return Math.min(everyMs, Math.max(15, lookMs, Math.min(waitedMs / 10, slowest)));
  }
}
