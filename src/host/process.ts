// Tells a process from every other one, also after its number was given away, and whether it is still there.
// Where there is no /proc (macOS) only the number can be asked about; start time and boot id are then 0 and ''.
import type { ProcessIdentity } from '../core/event.ts';
import { hasEnded, readStat, readText } from './proc-stat.ts';

/** Undefined when no such process exists. */
export const identify = (pid: number): ProcessIdentity | undefined => {
  const boot = bootId();
  if (boot === '') return answersToSignal(pid) ? { pid, startTime: 0, bootId: '' } : undefined;
  const stat = readStat(pid);
  return stat && { pid, startTime: stat.startTime, bootId: boot };
};

/** Lives, is the same process (start time), and since the same boot. A zombie has ended. */
export const isAlive = (identity: ProcessIdentity): boolean => {
  if (identity.bootId !== bootId()) return false;
  if (identity.bootId === '') return answersToSignal(identity.pid);
  const stat = readStat(identity.pid);
  return stat !== undefined && stat.startTime === identity.startTime && !hasEnded(stat);
};

let knownBootId: string | undefined;

/** Constant while we live, so read once; empty on systems that have none. */
export const bootId = (): string => {
  knownBootId ??= readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return knownBootId;
};

const answersToSignal = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

let known: ProcessIdentity | undefined;

/** We ourselves, read once: every step is judged by it. @throws when the kernel does not tell, which a mounted /proc rules out. */
export const ownIdentity = (): ProcessIdentity => {
  known ??= identify(process.pid);
  if (!known) throw new Error('/proc is there, but this process is not in it');
  return known;
};
