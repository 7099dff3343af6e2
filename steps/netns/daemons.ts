// Daemons inside the capsule: are they the right ones, in the right namespace, with the configuration they should have.
import type { Seen, StepContext } from '../../src/engine/step-type.ts';
import { fromHost } from './capsule-entry.ts';
import { processIn } from './capsule-processes.ts';
import type { Named } from './capsule-world.ts';

export interface Daemon {
  readonly name: string;
  /** Inside the capsule. */
  readonly pidFile: string;
  readonly namespace: string;
  /** A part of its command line that no other has. */
  readonly mark: string;
}

/** Whether it is alive, not stopped, and in its namespace. */
export const daemonSeen = async (context: StepContext, world: Named, daemon: Daemon): Promise<Seen> => {
  const text = await context.host.readFile(fromHost(world.pid, daemon.pidFile));
  const pid = Number(text?.trim());
  const process = pid > 0 ? await processIn(context, world.pid, pid) : undefined;
  if (!process?.command.includes(daemon.mark)) return { holds: false, saw: `${daemon.name} is not running` };
  if (process.stopped) return { holds: false, saw: `${daemon.name} is stopped by a signal` };
  if (process.namespace !== world.namespaces.get(daemon.namespace))
    return { holds: false, saw: `${daemon.name} runs in a namespace that is gone` };
  return { holds: true, saw: `${daemon.name} running` };
};

/** Whether files inside the capsule hold just these texts. */
export const filesSeen = async (
  context: StepContext,
  world: Named,
  files: Readonly<Record<string, string>>,
): Promise<Seen> => {
  for (const [file, wanted] of Object.entries(files)) {
    const there = await context.host.readFile(fromHost(world.pid, file));
    const name = file.slice(file.lastIndexOf('/') + 1);
    if (there === undefined) return { holds: false, saw: `${name} is not there` };
    if (there !== wanted) return { holds: false, saw: `${name} differs from what it should be` };
  }
  return { holds: true, saw: 'configured' };
};
