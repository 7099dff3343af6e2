// A clock that only moves while everybody sleeps, straight to the next who wakes: a rehearsal of ten minutes takes no time.
import type { Clock } from '../engine/ports.ts';

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** So many turns of the event loop without a new sleeper mean that everybody waits for the clock. */
const quietTurns = 4;

export const createVirtualClock = (startMs: number): Clock => {
  let passed = 0;
  let sleepers: Sleeper[] = [];
  let turns = 0;
  let turning = false;
  const turn = (): void => {
    turning = false;
    if (sleepers.length === 0) return;
    turns += 1;
    if (turns > quietTurns) {
      turns = 0;
      const next = sleepers.reduce((first, each) => (each.at < first.at ? each : first));
      passed = Math.max(passed, next.at);
      next.wake();
    }
    schedule();
  };
  const schedule = (): void => {
    if (turning) return;
    turning = true;
    setImmediate(turn);
  };
  return {
    now: () => startMs + passed,
    monotonic: () => passed,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const wake = (): void => {
          signal?.removeEventListener('abort', wake);
          sleepers = sleepers.filter((each) => each !== sleeper);
          resolve();
        };
        const sleeper = { at: passed + Math.max(0, ms), wake };
        signal?.addEventListener('abort', wake, { once: true });
        sleepers.push(sleeper);
        turns = 0;
        schedule();
      }),
  };
};
