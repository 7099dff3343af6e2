// Reads what the kernel says of one process in /proc/PID/stat. Knows the format only; judges nothing.
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcStat {
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
