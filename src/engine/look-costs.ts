// What each look costs of this process's CPU. Looks overlap, so what is used meanwhile is divided among all that are under way; what
// the run does besides is counted in with them, and so they make room for it.
import type { Clock } from './ports.ts';

/** Where the clock can't tell. */
const guessedMs = 0.1;

export class LookCosts {
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
