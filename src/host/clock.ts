// Real time, as the engine sees it.
import type { Clock } from '../engine/ports.ts';
import { onAbort } from './stop-cause.ts';

/** The longest wait one timer can hold; Node fires a longer one at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Resolves after that many milliseconds or as soon as the signal aborts; never rejects. */
export const sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const deadline = performance.now() + ms;
    let timer: NodeJS.Timeout;
    let turn: NodeJS.Immediate | undefined;
    const done = (): void => {
      clearTimeout(timer);
      clearImmediate(turn);
      forget();
      resolve();
    };
    const tick = (): void => {
      const left = deadline - performance.now();
      // What has happened meanwhile is heard first: it may be what the time was for.
      if (left <= 0) turn = setImmediate(done);
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

export const clock: Clock = { now: () => Date.now(), monotonic: () => performance.now(), cpu, sleep };
