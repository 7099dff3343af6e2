// The first and the last event of a journal, read without all that is between; for lists of runs.
import { type FileHandle, open } from 'node:fs/promises';
import type { RunEvent } from '../core/event.ts';
import { decodeLine } from './journal-line.ts';
import { storeErrorFrom } from './store-error.ts';

export interface JournalEnds {
  readonly first?: RunEvent;
  /** The last intact one; what a crash cut off does not count. */
  readonly last?: RunEvent;
}

const smallWindow = 16 * 1024;

/** @throws StoreError for what the system says; damage just yields nothing. */
export const readJournalEnds = async (file: string): Promise<JournalEnds> => {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      const first = await search(handle, size, 'start');
      const last = first && (await search(handle, size, 'end'));
      return { ...(first === undefined ? {} : { first }), ...(last === undefined ? {} : { last }) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw storeErrorFrom(error, file, 'read the journal');
  }
};

/** Looks through a window at one end, and through wider ones until it holds a whole intact line. */
const search = async (handle: FileHandle, size: number, from: 'start' | 'end'): Promise<RunEvent | undefined> => {
  for (let window = Math.min(size, smallWindow); ; window = Math.min(size, window * 8)) {
    const bytes = Buffer.alloc(window);
    const { bytesRead } = await handle.read(bytes, 0, window, from === 'start' ? 0 : size - window);
    const whole = wholeLines(bytes.subarray(0, bytesRead), { startsLine: from === 'start' || window === size });
    const event = from === 'start' ? eventOf(whole[0]) : firstEvent(whole.reverse());
    if (event !== undefined || window === size || (from === 'start' && whole.length > 0)) return event;
  }
};

const wholeLines = (bytes: Buffer, { startsLine }: { readonly startsLine: boolean }): Buffer[] => {
  const lines: Buffer[] = [];
  let start = startsLine ? 0 : bytes.indexOf(10) + 1;
  if (!startsLine && start === 0) return [];
  for (let end = bytes.indexOf(10, start); end !== -1; end = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
};

const firstEvent = (lines: readonly Buffer[]): RunEvent | undefined => {
  for (const line of lines) {
    const event = eventOf(line);
    if (event !== undefined) return event;
  }
  return undefined;
};

const eventOf = (line: Buffer | undefined): RunEvent | undefined => {
  const decoded = line === undefined ? undefined : decodeLine(line);
  return decoded?.ok === true && typeof decoded.event['type'] === 'string'
    ? (decoded.event as unknown as RunEvent)
    : undefined;
};
