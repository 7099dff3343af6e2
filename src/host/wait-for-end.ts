// Waits for a process that is not our child. Node gives no pidfd, so /proc is asked again and again, ever less often.
import type { ProcessIdentity } from '../core/event.ts';
import { sleep } from './clock.ts';
import { isAlive } from './process.ts';

/** Resolves when the process is gone, or the signal aborts. */
export const waitForEnd = (identity: ProcessIdentity, signal?: AbortSignal): Promise<void> =>
  pollUntil(() => !isAlive(identity), { mostMs: 250, ...(signal && { signal }) });

export interface Patience {
  /** Longest pause between two looks. */
  readonly mostMs: number;
  readonly signal?: AbortSignal;
  /** Give up after that many milliseconds. */
  readonly withinMs?: number;
}

/** Asks at once, then after 2 ms, 3 ms … Resolves when it holds, the time is over or the signal aborts. */
export const pollUntil = async (holds: () => boolean, { mostMs, signal, withinMs }: Patience): Promise<void> => {
  const deadline = performance.now() + (withinMs ?? Number.POSITIVE_INFINITY);
  let pause = 2;
  while (!holds() && !signal?.aborted) {
    const left = deadline - performance.now();
    if (left <= 0) return;
    await sleep(Math.min(pause, left), signal);
    pause = Math.min(pause * 1.5, mostMs);
  }
};
