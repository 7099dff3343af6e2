// Cuts off what a crash left at the end of a journal, and keeps it aside: nothing is thrown away unseen.
import { type FileHandle, open, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { EventOf } from '../core/event.ts';
import { createPrivateFile, syncFolder } from './private-file.ts';
import type { JournalContent } from './read-journal.ts';
import { errorCode, StoreError, storeErrorFrom } from './store-error.ts';

export type TailNotice = Pick<EventOf<'notice'>, 'type' | 'level' | 'code' | 'message'>;

/** Undefined when there was nothing to cut. @throws StoreError */
export const repairTail = async (file: string, read: JournalContent): Promise<TailNotice | undefined> => {
  const { torn } = read;
  if (torn === undefined) return undefined;
  try {
    const journal = await open(file, 'r+');
    try {
      await assertUnchanged(journal, file, read.bytes + torn.bytes);
      const kept = await keepAside(journal, { file, from: read.bytes, seq: read.events.length + 1 });
      await journal.truncate(read.bytes);
      await journal.sync();
      return {
        type: 'notice',
        level: 'warning',
        code: 'journal-tail',
        message: `The last ${torn.bytes} bytes of the journal were cut off by a crash (line ${torn.line}); they are kept in ${basename(kept)}.`,
      };
    } finally {
      await journal.close();
    }
  } catch (error) {
    throw storeErrorFrom(error, file, 'repair the journal');
  }
};

const assertUnchanged = async (journal: FileHandle, file: string, expected: number): Promise<void> => {
  const { size } = await journal.stat();
  if (size === expected) return;
  throw new StoreError('io', file, {
    saw: `the journal has ${size} bytes, and had ${expected} when it was read`,
    remedy: 'end whatever else writes to it, then run the same command again',
  });
};

const keepAside = async (
  journal: FileHandle,
  tail: { readonly file: string; readonly from: number; readonly seq: number },
): Promise<string> => {
  const { path, handle } = await createUnused(`${tail.file}.torn-${tail.seq}`);
  try {
    const chunk = Buffer.allocUnsafe(1024 * 1024);
    for (let position = tail.from; ; ) {
      const { bytesRead } = await journal.read(chunk, 0, chunk.length, position);
      if (bytesRead === 0) break;
      await handle.writeFile(chunk.subarray(0, bytesRead));
      position += bytesRead;
    }
    await handle.sync();
  } catch (error) {
    await rm(path, { force: true }); // half a copy would only be in the way of the next try
    throw error;
  } finally {
    await handle.close();
  }
  syncFolder(dirname(path));
  return path;
};

/** Another crash may have torn the same record before; its piece stays. */
const createUnused = async (base: string): Promise<{ readonly path: string; readonly handle: FileHandle }> => {
  for (let count = 1; ; count += 1) {
    const path = count === 1 ? base : `${base}-${count}`;
    try {
      return { path, handle: await createPrivateFile(path) };
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
};
