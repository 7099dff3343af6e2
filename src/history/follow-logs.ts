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

/** @throws StoreError when one of them can't be read. */
export const followLogs = async (following: Following): Promise<void> => {
  const stop = new AbortController();
  const followed = new Map<string, Promise<void>>();
  const failures: unknown[] = [];
  for (let first = true, goesOn = true; goesOn && failures.length === 0; first = false) {
    // Asked before the look, so that a log that appears with the end of the run is found.
    goesOn = await following.underWay();
    for (const name of await newLogsIn(following, followed)) {
      const from = first ? await showTail(following, name) : 0;
      // What is there already is shown log by log; from then on the lines come as they are written.
      await new Promise<void>((caughtUp) => {
        const one = followOne(following, { name, signal: stop.signal, from, caughtUp });
        followed.set(name, one.catch((error: unknown) => void failures.push(error)).finally(caughtUp));
      });
    }
    if (goesOn) await following.pause();
  }
  stop.abort();
  await Promise.all(followed.values());
  if (failures.length > 0) throw failures[0];
};

/** Those that are not followed yet, in the order in which they were begun. */
const newLogsIn = async (
  { folder, isMeant }: Following,
  followed: ReadonlyMap<string, unknown>,
): Promise<readonly string[]> => {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const logs = names
    .filter((name) => name.endsWith('.log') && isMeant(name) && !followed.has(name))
    .map(async (name) => ({ name, begun: (await stat(join(folder, name))).birthtimeMs }));
  const sorted = (await Promise.all(logs)).sort((a, b) => a.begun - b.begun || (a.name < b.name ? -1 : 1));
  return sorted.map(({ name }) => name);
};

/** Shows the last lines, and returns where what follows them begins. */
const showTail = async ({ folder, lines, out }: Following, name: string): Promise<number> => {
  if (!Number.isFinite(lines)) return 0;
  const file = join(folder, name);
  const { size } = await stat(file);
  for (const line of await readTail(file, lines)) out(name, line);
  return size;
};

interface One {
  readonly name: string;
  readonly signal: AbortSignal;
  readonly from: number;
  /** Called when what was there at first has been shown. */
  caughtUp(): void;
}

const followOne = async ({ folder, out }: Following, { name, signal, from, caughtUp }: One): Promise<void> => {
  let rest = '';
  for await (const text of follow(join(folder, name), signal, from)) {
    if (text === '') caughtUp();
    const parts = `${rest}${text}`.split(/\r?\n/);
    rest = parts.pop() ?? '';
    for (const line of parts) out(name, line);
  }
  if (rest !== '') out(name, rest);
};
