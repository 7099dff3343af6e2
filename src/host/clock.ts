// Real time, as the engine sees it.
import type { Clock } from '../engine/ports.ts';
import { onAbort } from './abort.ts';
import { monotonicMs } from './monotonic.ts';

/** The longest wait one timer can hold; Node fires a longer one at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Resolves after that many milliseconds or as soon as the signal aborts; never rejects. */
export const sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const deadline = monotonicMs() + ms;
    let timer: NodeJS.Timeout;
    const done = (): void => {
      clearTimeout(timer);
      forget();
      resolve();
    };
    const tick = (): void => {
      const left = deadline - monotonicMs();
      if (left <= 0) done();
      else timer = setTimeout(tick, Math.min(Math.ceil(left), longestTimerMs));
    };
    const forget = onAbort(signal, done);
    timer = setTimeout(tick, Math.min(Math.ceil(ms), longestTimerMs));
  });
};

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

export const clock: Clock = { now: () => Date.now(), monotonic: monotonicMs, cpu, sleep };
