// Processes as /proc tells of them: identity, life and end.
// Tells a process from every other one, also after its number was given away, and whether it is still there.
// Where there is no /proc (macOS) only the number can be asked about; start time and boot id are then 0 and ''.
import { readdirSync, readFileSync } from 'node:fs';
import type { ProcessIdentity } from '../core/event.ts';
import { sleep } from './clock.ts';

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

interface ProcStat {
  /** One letter: R, S, D, T, Z (zombie), X (dead) … */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  /** Clock ticks since boot. */
  readonly startTime: number;
}

/** Undefined when there is no such process, or no /proc to ask. */
export const readStat = (pid: number): ProcStat | undefined => {
  const text = readText(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseStat(text);
};

/** The text of a file of the kernel's; undefined when it is not there or not for us. */
export const readText = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // Gone meanwhile, another user's, or a system without /proc: each means "not known".
  }
};

/** The program's name stands in brackets and may hold blanks and brackets itself; only what follows the last one is fixed. */
export const parseStat = (text: string): ProcStat | undefined => {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group] = fields;
  const startTime = fields[19];
  if (state === undefined || group === undefined || startTime === undefined) return undefined;
  return { state, parent: Number(parent), group: Number(group), startTime: Number(startTime) };
};

/** A zombie has ended; its parent has only not asked yet. */
export const hasEnded = (stat: ProcStat): boolean => stat.state === 'Z' || stat.state === 'X';

/** The pids of this PID namespace; empty without /proc. */
export const listPids = (): readonly number[] => {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
};

/** Resolves when the process is gone, or the signal aborts. */
export const waitForEnd = (identity: ProcessIdentity, signal?: AbortSignal): Promise<void> =>
  pollUntil(() => !isAlive(identity), { mostMs: 250, ...(signal && { signal }) });

interface Patience {
  /** Longest pause between two looks. */
  readonly mostMs: number;
  readonly signal?: AbortSignal;
  /** Give up after that many milliseconds. */
  readonly withinMs?: number;
}

/** Asks at once, then after 2 ms, 3 ms … Resolves when it holds, the time is over or the signal aborts. */
export const pollUntil = async (holds: () => boolean, { mostMs, signal, withinMs }: Patience): Promise<void> => {
  const deadline = performance.now() + (withinMs ?? Number.POSITIVE_INFINITY);
  let pause = 2;
  while (!holds() && !signal?.aborted) {
    const left = deadline - performance.now();
    if (left <= 0) return;
    await sleep(Math.min(pause, left), signal);
    pause = Math.min(pause * 1.5, mostMs);
  }
};
