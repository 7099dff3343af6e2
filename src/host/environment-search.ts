// Finds processes by a tag in their environment: how a child is found again whose number was never written down.
import { readdir, readFile } from 'node:fs/promises';
import type { MarkedProcess } from '../engine/ports.ts';
import { bootId, hasEnded, readStat } from './process.ts';

/**
 * Processes that carry NAME=VALUE, the oldest first; not ours, nor those we were started from: whoever works in a terminal that a step
 * has started does not mean that. Empty where there is no /proc.
 */
export const findByEnvironment = async (name: string, value: string): Promise<readonly MarkedProcess[]> => {
  if (bootId() === '') return [];
  const tag = Buffer.from(`\0${name}=${value}\0`);
  const own = ownLine();
  const pids = (await readdir('/proc')).map(Number).filter((pid) => Number.isInteger(pid) && !own.has(pid));
  const found: MarkedProcess[] = [];
  // A few at a time: enough to keep the thread pool busy, not enough to hold the environment of every process at once.
  for (let next = 0; next < pids.length; next += 16) {
    const some = await Promise.all(pids.slice(next, next + 16).map((pid) => look(pid, tag)));
    found.push(...some.filter((each) => each !== undefined));
  }
  return found.sort((a, b) => a.startTime - b.startTime || a.pid - b.pid);
};

/** We and our ancestors. */
const ownLine = (): ReadonlySet<number> => {
  const line = new Set<number>();
  for (let pid = process.pid; pid > 0 && !line.has(pid); pid = readStat(pid)?.parent ?? 0) line.add(pid);
  return line;
};

const look = async (pid: number, tag: Buffer): Promise<MarkedProcess | undefined> => {
  const environment = await readOrNothing(`/proc/${pid}/environ`);
  if (!Buffer.concat([nul, environment, nul]).includes(tag)) return undefined;
  const stat = readStat(pid);
  if (!stat || hasEnded(stat)) return undefined;
  const command = (await readOrNothing(`/proc/${pid}/cmdline`)).toString('utf8').replaceAll('\0', ' ').trim();
  return { pid, startTime: stat.startTime, bootId: bootId(), command, marks: marksIn(environment) };
};

const marksIn = (environment: Buffer): Record<string, string> =>
  Object.fromEntries(
    environment
      .toString('utf8')
      .split('\0')
      .filter((each) => each.startsWith('LAB_') && each.includes('='))
      .map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]),
  );

const nul = Buffer.from([0]);

/** Gone meanwhile, or another user's: neither is one of ours. */
const readOrNothing = (path: string): Promise<Buffer> => readFile(path).catch(() => Buffer.alloc(0));
