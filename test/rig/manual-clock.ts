// Time that moves only when a test says so, or, when it is `automatic`, whenever everybody sleeps: straight to the next who wakes.
import type { Clock } from '../../src/engine/ports.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Turns of the event loop without anything new after which everybody is taken to sleep. */
const quietTurns = 3;

export class ManualClock implements Clock {
  /** The clock on the wall, which may jump. */
  wall = Date.UTC(2026, 0, 1);
  private readonly automatic: boolean;
  private readonly sleepers = new Set<Sleeper>();
  private passed = 0;
  private quiet = 0;
  private turning = false;

  constructor(options: { readonly automatic?: boolean } = {}) {
    this.automatic = options.automatic ?? false;
  }

  now = (): number => this.wall + this.passed;
  monotonic = (): number => this.passed;

  sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        signal?.removeEventListener('abort', wake);
        this.sleepers.delete(sleeper);
        resolve();
      };
      const sleeper = { at: this.passed + Math.max(0, ms), wake };
      signal?.addEventListener('abort', wake, { once: true });
      this.sleepers.add(sleeper);
      this.quiet = 0;
      if (this.automatic) this.turnSoon();
    });
  };

  /** How many wait for time to pass. */
  get sleeping(): number {
    return this.sleepers.size;
  }

  /** Lets so many milliseconds pass; everybody who wakes meanwhile gets on with it before time goes further. */
  async advance(ms: number): Promise<void> {
    const until = this.passed + ms;
    await settle();
    for (let next = this.first(); next && next.at <= until; next = this.first()) {
      this.passed = Math.max(this.passed, next.at);
      next.wake();
      await settle();
    }
    this.passed = until;
    await settle();
  }

  private first(): Sleeper | undefined {
    return [...this.sleepers].reduce<Sleeper | undefined>(
      (first, each) => (first && first.at <= each.at ? first : each),
      undefined,
    );
  }

  private turnSoon(): void {
    if (this.turning) return;
    this.turning = true;
    setImmediate(() => {
      this.turning = false;
      this.quiet += 1;
      const next = this.first();
      if (!next) return;
      if (this.quiet > quietTurns) {
        this.quiet = 0;
        this.passed = Math.max(this.passed, next.at);
        next.wake();
      }
      this.turnSoon();
    });
  }
}

/** Lets everything that can go on without time passing go on. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < quietTurns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
