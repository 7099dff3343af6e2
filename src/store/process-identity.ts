// Tells one process from every other, also after its number was given to a new one, and whether it still lives.
// Read from /proc; where there is none, only the number itself can be asked about.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessIdentity } from '../core/event.ts';
import type { PlacedIdentity } from './lock-holder.ts';
import { errorCode } from './store-error.ts';

export const ownIdentity = (): PlacedIdentity => ({
  pid: process.pid,
  startTime: readStat('self')?.startTime ?? 0, // not by number: /proc may count in another PID namespace
  bootId: bootId(),
  pidNamespace: pidNamespace('self') ?? '',
  host: hostname(),
});

/** `unknown`: it is of a machine, or counted in a PID namespace, that can't be looked into from here. */
export const lookFor = (identity: PlacedIdentity): 'alive' | 'dead' | 'unknown' => {
  // Another boot: this machine was started anew, or it is another one, on which the process may well live.
  if (identity.bootId !== bootId()) return (identity.host ?? hostname()) === hostname() ? 'dead' : 'unknown';
  if (identity.bootId === '') return answersToSignal(identity.pid) ? 'alive' : 'dead';
  const here = pidNamespace('self');
  const counts = readlinkOrUndefined('/proc/self') === String(process.pid);
  if (identity.pidNamespace !== here || !counts) return lookAcross(identity, here);
  return isIt(readStat(String(identity.pid)), identity) ? 'alive' : 'dead';
};

interface Stat {
  readonly startTime: number;
  readonly state: string;
}

/** A zombie has let go of all it held. */
const isIt = (stat: Stat | undefined, identity: ProcessIdentity): boolean =>
  stat !== undefined && stat.startTime === identity.startTime && !['Z', 'X'].includes(stat.state);

/** The kernel's first PID namespace has this fixed number, and every process of the machine is seen from it. */
const firstNamespace = 'pid:[4026531836]';

const lookAcross = (identity: PlacedIdentity, here: string | undefined): 'alive' | 'dead' | 'unknown' => {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(name);
    if (isIt(stat, identity) && pidNamespace(name) === identity.pidNamespace) return 'alive';
  }
  return here === firstNamespace && process.getuid?.() === 0 ? 'dead' : 'unknown';
};

const readStat = (pid: string): Stat | undefined => {
  const text = readOrUndefined(`/proc/${pid}/stat`);
  // The name in brackets may hold blanks and brackets itself; what follows the last one is fixed: state is field 3, start 22.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields?.[19] === undefined ? undefined : { state: fields[0] ?? '', startTime: Number(fields[19]) };
};

const bootId = (): string => readOrUndefined('/proc/sys/kernel/random/boot_id')?.trim() ?? '';

const pidNamespace = (pid: string): string | undefined => readlinkOrUndefined(`/proc/${pid}/ns/pid`);

const readlinkOrUndefined = (path: string): string | undefined => {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // gone, another user's, or a system without namespaces: in each case not known
  }
};

const readOrUndefined = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // no such process, or no /proc
  }
};

const answersToSignal = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
};
