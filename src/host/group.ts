// Process groups of children: asked, signalled, and ended with this process.
import type { ProcessIdentity } from '../core/event.ts';
import { bootId, hasEnded, listPids, pollUntil, readStat } from './process.ts';

/** After SIGKILL only a process stuck in the kernel stays; nobody can end it, so nobody waits for it for ever. */
const killWaitMs = 5000;

interface Ending {
  /** What to ask with first; SIGINT is followed by SIGTERM half-way through the grace. */
  readonly first?: NodeJS.Signals;
  /** Milliseconds from the first signal to SIGKILL. */
  readonly graceMs: number;
  /** Known to have members still, without asking: saves a look at every process there is. */
  readonly surelyHasMembers?: () => boolean;
}

/** Signals every process of the group until none is left. Resolves then. */
export const endProcessGroup = async (
  group: number,
  { first = 'SIGTERM', graceMs, surelyHasMembers }: Ending,
): Promise<void> => {
  const gone = (): boolean => !surelyHasMembers?.() && !hasMembers(group);
  const ladder: readonly NodeJS.Signals[] = first === 'SIGINT' ? ['SIGINT', 'SIGTERM'] : [first];
  for (const rung of ladder) {
    if (gone()) return;
    signalGroup(group, rung);
    // A stopped process acts on a signal only once it is continued.
    signalGroup(group, 'SIGCONT');
    await pollUntil(gone, { mostMs: 25, withinMs: graceMs / ladder.length });
  }
  if (gone()) return;
  signalGroup(group, 'SIGKILL');
  await pollUntil(gone, { mostMs: 25, withinMs: killWaitMs });
};

/** The group a process is in, ended; nothing when that process's number has been given to another one since. */
export const endGroupOf = async (identity: ProcessIdentity, graceMs: number): Promise<void> => {
  if (identity.bootId !== bootId()) return;
  const stat = readStat(identity.pid);
  // The kernel gives no number away while a group has it. So another process under it means that the group is gone too.
  if (stat && stat.startTime !== identity.startTime) return;
  const group = stat?.group ?? identity.pid;
  if (group === readStat(process.pid)?.group) await endAlone(identity.pid, graceMs);
  else await endProcessGroup(group, { graceMs });
};

/** A process of our own group: its group would take us along. */
const endAlone = async (pid: number, graceMs: number): Promise<void> => {
  const gone = (): boolean => {
    const stat = readStat(pid);
    return stat === undefined || hasEnded(stat);
  };
  for (const [signal, withinMs] of [
    ['SIGTERM', graceMs],
    ['SIGKILL', killWaitMs],
  ] as const) {
    if (gone()) return;
    send(pid, signal);
    await pollUntil(gone, { mostMs: 25, withinMs });
  }
};

/** Whether the group has a process that has not ended; one that waits to be reaped does not count. */
export const hasMembers = (group: number): boolean => {
  if (!send(-group, 0)) return false;
  if (bootId() === '') return true;
  const leader = readStat(group);
  if (leader && leader.group === group && !hasEnded(leader)) return true;
  return listPids().some((pid) => {
    const stat = readStat(pid);
    return stat !== undefined && stat.group === group && !hasEnded(stat);
  });
};

export const signalGroup = (group: number, signal: NodeJS.Signals): void => {
  send(-group, signal);
};

/** False when nobody is there. Somebody whom we may not signal is there all the same. */
const send = (target: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(target, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return false;
    if (code === 'EPERM') return true;
    throw error;
  }
};

const open = new Set<number>();
let watching = false;

/** Remembers a group until the returned function is called. */
export const registerOpenGroup = (group: number): (() => void) => {
  if (!watching) {
    watching = true;
    process.on('exit', killOpenGroups);
  }
  open.add(group);
  return () => {
    open.delete(group);
  };
};

/** While exiting there is no waiting, so no asking either. */
const killOpenGroups = (): void => {
  for (const group of open) signalGroup(group, 'SIGKILL');
};
