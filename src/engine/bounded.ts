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
  const timer = new AbortController();
  let late = false;
  const follow = (): void => own.abort(signal.reason);
  if (signal.aborted) follow();
  else signal.addEventListener('abort', follow, { once: true });
  const expire = async (ms: number): Promise<void> => {
    await clock.sleep(ms, timer.signal);
    if (timer.signal.aborted || own.signal.aborted) return;
    late = true;
    own.abort();
  };
  if (timeoutMs !== undefined) void expire(timeoutMs);
  try {
    return await work({ signal: own.signal, isLate: () => late });
  } finally {
    signal.removeEventListener('abort', follow);
    // With a reason of its own: without one, an exception with its stack is made for every look.
    timer.abort(over);
  }
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
