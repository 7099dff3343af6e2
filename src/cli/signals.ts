// What Ctrl-C and its relatives mean: first finish what runs, then stop it, then leave at once.
import type { Recorder } from '../engine/recorder.ts';
import type { StopControl, StopStage } from '../engine/stop.ts';
import { stoppingText } from '../view/wording.ts';
import { exitCode } from './exit-code.ts';

const stages: readonly StopStage[] = ['finish', 'stop', 'leave'];

/** Listens until disposed. The third signal ends the process; the journal is whole at any instant. */
export const listenToSignals = (stop: StopControl, recorder: Recorder): { dispose(): void } => {
  let count = 0;
  const on = (signal: NodeJS.Signals): void => {
    // A terminal that is gone, or a service manager, does not ask three times: both start with stopping what runs.
    count = Math.max(count + 1, signal === 'SIGINT' ? 1 : 2);
    const stage = stages[Math.min(count, stages.length) - 1] ?? 'leave';
    if (stage === 'leave') {
      // Nobody waits for a journal or a view any more: this line and the exit code are all there is.
      process.stderr.write(`${stoppingText({ signal, stage })}\n`);
      process.exit(exitCode.signal(signal));
    }
    stop.ask(stage, signal);
    recorder.emit({ type: 'run.stopping', signal, stage }).catch(() => {
      // The recorder keeps a broken journal's error, and the run ends by it.
    });
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, on);
  return {
    dispose() {
      for (const name of names) process.off(name, on);
    },
  };
};
