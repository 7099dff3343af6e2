// The turns of a run's units: those that wait for nothing end at once, the others have their turn in the order of their ranks; all are
// over when nothing is left to wait for.
import type { Unit } from '../step/unit.ts';

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
