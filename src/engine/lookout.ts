// Those that wait for long rest together: all are seen to at the same moments, since waking an idle process costs more than a cheap
// look. Whoever can tell at a glance that there is news is woken as soon as there is.
import type { Clock } from './ports.ts';

export interface Rest {
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
export const soonMs = 100;
/** A glance takes a few microseconds: of so many in a millisecond, one in a hundred is for them. */
const glancesPerMs = 2;
/** Without a reason, an exception with its stack would be made. */
const over = 'nobody rests';

export class Lookout {
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
