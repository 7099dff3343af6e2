// Finds processes by a tag in their environment: how a child is found again whose number was never written down.
import { readdir, readFile } from 'node:fs/promises';
import type { ProcessIdentity } from '../core/event.ts';
import { hasEnded, readStat } from './proc-stat.ts';
import { bootId } from './process.ts';

export type TaggedProcess = ProcessIdentity & { readonly command: string };

/** Other processes than ours that carry NAME=VALUE, the oldest first. Empty where there is no /proc. */
export const findByEnvironment = async (name: string, value: string): Promise<readonly TaggedProcess[]> => {
  if (bootId() === '') return [];
  const tag = Buffer.from(`\0${name}=${value}\0`);
  const pids = (await readdir('/proc')).map(Number).filter((pid) => Number.isInteger(pid) && pid !== process.pid);
  const found: TaggedProcess[] = [];
  // A few at a time: enough to keep the thread pool busy, not enough to hold the environment of every process at once.
  for (let next = 0; next < pids.length; next += 16) {
    const some = await Promise.all(pids.slice(next, next + 16).map((pid) => look(pid, tag)));
    found.push(...some.filter((each) => each !== undefined));
  }
  return found.sort((a, b) => a.startTime - b.startTime || a.pid - b.pid);
};

const look = async (pid: number, tag: Buffer): Promise<TaggedProcess | undefined> => {
  const environment = await readOrNothing(`/proc/${pid}/environ`);
  if (!Buffer.concat([nul, environment, nul]).includes(tag)) return undefined;
  const stat = readStat(pid);
  if (!stat || hasEnded(stat)) return undefined;
  const command = (await readOrNothing(`/proc/${pid}/cmdline`)).toString('utf8').replaceAll('\0', ' ').trim();
  return { pid, startTime: stat.startTime, bootId: bootId(), command };
};

const nul = Buffer.from([0]);

/** Gone meanwhile, or another user's: neither is one of ours. */
const readOrNothing = (path: string): Promise<Buffer> => readFile(path).catch(() => Buffer.alloc(0));
