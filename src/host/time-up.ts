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
