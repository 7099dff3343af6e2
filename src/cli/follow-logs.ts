// Follows the logs of a run as they grow and as new ones appear, line by line, until the run is over.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { follow, readTail } from '../store/step-log.ts';

export interface Following {
  readonly folder: string;
  /** How many lines of what is there already are shown. */
  readonly lines: number;
  isMeant(name: string): boolean;
  underWay(): Promise<boolean>;
  out(name: string, line: string): void;
  /** Between two looks for new logs. */
  pause(): Promise<void>;
}

export const followLogs = async (following: Following): Promise<void> => {
  const stop = new AbortController();
  const followed = new Map<string, Promise<void>>();
  for (let first = true, goesOn = true; goesOn; first = false) {
    // Asked before the look, so that a log that appears with the end of the run is found.
    goesOn = await following.underWay();
    for (const name of await logsIn(following)) {
      if (followed.has(name)) continue;
      followed.set(name, followOne(following, { name, signal: stop.signal, fromEnd: first }));
    }
    if (goesOn) await following.pause();
  }
  stop.abort();
  await Promise.all(followed.values());
};

const logsIn = async ({ folder, isMeant }: Following): Promise<readonly string[]> => {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => name.endsWith('.log') && isMeant(name)).sort();
};

interface One {
  readonly name: string;
  readonly signal: AbortSignal;
  readonly fromEnd: boolean;
}

const followOne = async ({ folder, lines, out }: Following, { name, signal, fromEnd }: One): Promise<void> => {
  const file = join(folder, name);
  let from = 0;
  if (fromEnd && Number.isFinite(lines)) {
    from = (await stat(file)).size;
    for (const line of await readTail(file, lines)) out(name, line);
  }
  let rest = '';
  for await (const text of follow(file, signal, from)) {
    const parts = `${rest}${text}`.split(/\r?\n/);
    rest = parts.pop() ?? '';
    for (const line of parts) out(name, line);
  }
  if (rest !== '') out(name, rest);
};
