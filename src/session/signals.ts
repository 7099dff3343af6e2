// What Ctrl-C and its relatives mean: first finish what runs, then stop it, then leave at once.
import type { Recorder } from '../engine/run/recorder.ts';
import type { StopControl, StopStage } from '../engine/stop.ts';
import { exitCode } from '../project/exit-code.ts';

const stages: readonly StopStage[] = ['finish', 'stop', 'leave'];

/** A disk that does not answer must not keep anyone who wants to leave. */
const longestTellingMs = 250;

const leave = (signal: NodeJS.Signals, told: Promise<unknown>): void => {
  const exit = (): never => process.exit(exitCode.signal(signal));
  setTimeout(exit, longestTellingMs);
  void told.then(exit);
};

/** Listens until disposed. The third signal ends the process; the journal is whole at any instant. */
export const listenToSignals = (stop: StopControl, recorder: Recorder): { dispose(): void } => {
  let count = 0;
  const on = (signal: NodeJS.Signals): void => {
    const before = count;
    count = asked(before, signal);
    if (count === before) return;
    const stage = stages[Math.min(count, stages.length) - 1] ?? 'leave';
    stop.ask(stage, signal);
    const told = recorder.emit({ type: 'run.stopping', signal, stage }).catch(() => {
      // The recorder keeps a broken journal's error, and the run ends by it.
    });
    if (stage === 'leave') leave(signal, told);
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, on);
  return {
    dispose() {
      for (const name of names) process.off(name, on);
    },
  };
};

/**
 * A terminal that is gone, or a service manager, does not ask three times: both start with stopping what runs. The terminal never
 * asks for more, though several tell of its end: the kernel, and the shell once more.
 */
const asked = (before: number, signal: NodeJS.Signals): number => {
  if (signal === 'SIGHUP') return Math.max(before, 2);
  return Math.max(before + 1, signal === 'SIGINT' ? 1 : 2);
};
