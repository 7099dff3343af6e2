// Counts what people and systems send to stop us: first finish, then stop, then leave. What that means is the receiver's;
// nothing here ends the process.

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export interface SignalHandlers {
  /** First: end what runs, start nothing new. */
  readonly finish: (signal: StopSignal) => void;
  /** Second: stop what runs. */
  readonly stop: (signal: StopSignal) => void;
  /** Third and every later one: leave now. */
  readonly leave: (signal: StopSignal) => void;
}

export interface SignalOptions {
  /** The same signal again within so many milliseconds is the same press of a key: npx passes Ctrl-C on which the terminal has sent already. */
  readonly togetherMs?: number;
  readonly now?: () => number;
}

const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Listens until the returned function is called; then signals do again what they did before. */
export const onSignals = (handlers: SignalHandlers, options: SignalOptions = {}): (() => void) => {
  const { togetherMs = 200, now = () => performance.now() } = options;
  const lastAt = new Map<StopSignal, number>();
  let count = 0;
  const receive = (signal: StopSignal): void => {
    const at = now();
    const before = lastAt.get(signal);
    if (before !== undefined && at - before < togetherMs) return;
    lastAt.set(signal, at);
    count++;
    if (count === 1) handlers.finish(signal);
    else if (count === 2) handlers.stop(signal);
    else handlers.leave(signal);
  };
  for (const signal of signals) process.on(signal, receive);
  return () => {
    for (const signal of signals) process.off(signal, receive);
  };
};
