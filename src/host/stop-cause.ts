// Why a running child is to be ended before its time: too slow, no longer wanted, or nobody can take its output any more.
import { onAbort } from './abort.ts';
import { whenTimeIsUp } from './time-up.ts';

export type StopCause =
  | { readonly kind: 'timeout' }
  | { readonly kind: 'cancelled'; readonly first: NodeJS.Signals }
  | { readonly kind: 'consumer'; readonly error: unknown };

export interface StopWatch {
  /** Resolves with the first cause; stays open when there is none. */
  readonly cause: Promise<StopCause>;
  /** The same, for looking. */
  readonly current: () => StopCause | undefined;
  stop(cause: StopCause): void;
  /** Lets go of timer and signal. */
  dispose(): void;
}

export const watchForStop = ({ timeoutMs, signal }: { timeoutMs?: number; signal?: AbortSignal }): StopWatch => {
  let current: StopCause | undefined;
  let tell: (cause: StopCause) => void;
  const cause = new Promise<StopCause>((resolve) => {
    tell = resolve;
  });
  const stop = (why: StopCause): void => {
    if (current) return;
    current = why;
    tell(why);
  };
  const forgetLimit = startTimer(timeoutMs, () => stop({ kind: 'timeout' }));
  const forget = onAbort(signal, () => stop({ kind: 'cancelled', first: firstSignal(signal?.reason) }));
  return {
    cause,
    current: () => current,
    stop,
    dispose() {
      forgetLimit();
      forget();
    },
  };
};

/** Longer than Node's timers reach (24 days) is no limit. */
const startTimer = (ms: number | undefined, fire: () => void): (() => void) =>
  ms === undefined || ms >= 2 ** 31 ? () => {} : whenTimeIsUp(ms, fire);

/** An abort may say how to ask: `abort({ signal: 'SIGINT' })`. */
const firstSignal = (reason: unknown): NodeJS.Signals => {
  if (typeof reason !== 'object' || reason === null || !('signal' in reason)) return 'SIGTERM';
  return reason.signal === 'SIGINT' || reason.signal === 'SIGHUP' ? reason.signal : 'SIGTERM';
};
