// Listens to an abort. Node warns at the eleventh listener as if it were a leak; one signal ending many commands is none.
import { setMaxListeners } from 'node:events';

/** Calls back when the signal aborts, until the returned function is called. */
export const onAbort = (signal: AbortSignal | undefined, listener: () => void): (() => void) => {
  if (!signal) return () => {};
  setMaxListeners(0, signal);
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
};
