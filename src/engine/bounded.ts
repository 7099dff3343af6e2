// A time limit on the engine's clock for one piece of work, and the signal that tells it to end. Leaves neither a timer nor a
// listener behind: thousands of looks hang on the one signal of their run.
import type { Clock } from './ports.ts';

export interface Limits {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** None when absent. */
  readonly timeoutMs?: number | undefined;
}

export interface Bound {
  readonly signal: AbortSignal;
  /** True when it was the time limit that ended it. */
  isLate(): boolean;
}

const over = 'the work is over';

export const bounded = async <T>(limits: Limits, work: (bound: Bound) => Promise<T>): Promise<T> => {
  const { clock, signal, timeoutMs } = limits;
  const own = new AbortController();
  let late = false;
  const follow = (): void => own.abort(signal.reason);
  if (signal.aborted) follow();
  else signal.addEventListener('abort', follow, { once: true });
  const expire = (): void => {
    if (own.signal.aborted) return;
    late = true;
    own.abort();
  };
  const endTimer = timeoutMs === undefined ? undefined : startTimer(clock, timeoutMs, expire);
  try {
    return await work({ signal: own.signal, isLate: () => late });
  } finally {
    signal.removeEventListener('abort', follow);
    endTimer?.();
  }
};

/** Most answers are there in the turn of the event loop in which they were asked for, and need no timer. */
const startTimer = (clock: Clock, ms: number, expire: () => void): (() => void) => {
  let timer: AbortController | undefined;
  const turn = setImmediate(async () => {
    timer = new AbortController();
    const { signal } = timer;
    await clock.sleep(ms, signal);
    if (!signal.aborted) expire();
  });
  return () => {
    clearImmediate(turn);
    // With a reason of its own: without one, an exception with its stack is made for every look.
    timer?.abort(over);
  };
};

/** The same for work that may not listen to its signal: it is not waited for any longer once it should have ended. */
export const abandoned = <T>(
  limits: Limits,
  work: (signal: AbortSignal) => Promise<T>,
  late: () => Error,
): Promise<T> =>
  bounded(limits, ({ signal }) => {
    const over = new Promise<never>((_, reject) => {
      const giveUp = (): void => reject(late());
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp, { once: true });
    });
    return Promise.race([work(signal), over]);
  });
