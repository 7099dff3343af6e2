// What may end a command before its own end: a time limit, a stop of the run, or its end.
import { setMaxListeners } from 'node:events';

export type StopCause =
  | { readonly kind: 'timeout' }
  | { readonly kind: 'cancelled'; readonly first: NodeJS.Signals }
  | { readonly kind: 'consumer'; readonly error: unknown };

interface StopWatch {
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

// Time limits. After a pause (Ctrl-Z, a debugger, a machine that slept) a limit is over as soon as the program goes on, and so is
// what it was for, maybe: what the system has to tell already is heard first.

/** Calls back once so much time is over, after everything that happened before; returns how to call it off. */
export const whenTimeIsUp = (ms: number, callback: () => void): (() => void) => {
  let turn: NodeJS.Immediate | undefined;
  // Timers come first in a turn of the event loop, then what the system tells, then this.
  const timer = setTimeout(() => {
    turn = setImmediate(callback);
  }, ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(turn);
  };
};

/** Calls back when the signal aborts, until the returned function is called. */
export const onAbort = (signal: AbortSignal | undefined, listener: () => void): (() => void) => {
  if (!signal) return () => {};
  setMaxListeners(0, signal);
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
};
