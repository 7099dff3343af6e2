// Reads logs: the last lines of one, and one that still grows. Any bytes and any size are survived.
import { type FSWatcher, watch } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { errorCode, storeErrorFrom } from './store-error.ts';

/** No more of a file's end is looked through for lines; a longer line is given without its beginning. */
const tailBytes = 4 * 1024 * 1024;
const chunkBytes = 64 * 1024;

/** The last lines of a file, without their line feeds; none when there is no file. @throws StoreError */
export const readTail = async (file: string, lines: number): Promise<string[]> => {
  const handle = await openUnlessMissing(file);
  if (handle === undefined) return [];
  try {
    const { size } = await handle.stat();
    const bytes = await readBackwards(handle, { size, lines });
    const text = bytes.toString('utf8').replace(/\r?\n$/, '');
    return text === '' ? [] : text.split(/\r?\n/).slice(-lines);
  } catch (error) {
    throw storeErrorFrom(error, file, 'read the log');
  } finally {
    await handle.close();
  }
};

const readBackwards = async (
  handle: FileHandle,
  { size, lines }: { readonly size: number; readonly lines: number },
): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  const stop = Math.max(0, size - tailBytes);
  let lineFeeds = 0;
  // One line feed more than lines: the file usually ends with one.
  for (let end = size; end > stop && lineFeeds <= lines; ) {
    const start = Math.max(stop, end - chunkBytes);
    const chunk = Buffer.alloc(end - start);
    await handle.read(chunk, 0, chunk.length, start);
    for (const byte of chunk) if (byte === 10) lineFeeds += 1;
    chunks.unshift(chunk);
    end = start;
  }
  return Buffer.concat(chunks);
};

/**
 * The text of a file from a position on, as it grows; it need not be there yet. An empty text follows what was there at first. After
 * the abort it gives what was written until then, and ends. @throws StoreError
 */
export async function* follow(file: string, signal: AbortSignal, from = 0): AsyncGenerator<string, void> {
  const decoder = new StringDecoder('utf8');
  const bell = createBell(file, signal);
  let position = from;
  try {
    for (let first = true; ; first = false) {
      const last = signal.aborted;
      const heard = bell.next(); // before the look, so that nothing written after it is missed
      for await (const { bytes, next } of readFrom(file, position)) {
        position = next;
        const text = decoder.write(bytes);
        if (text !== '') yield text;
      }
      if (first) yield '';
      if (last) break;
      await heard;
    }
    const rest = decoder.end();
    if (rest !== '') yield rest;
  } finally {
    bell.close();
  }
}

interface Piece {
  readonly bytes: Buffer;
  /** The position that follows it. */
  readonly next: number;
}

/** What is there now; a file that became shorter was begun anew. */
async function* readFrom(file: string, from: number): AsyncGenerator<Piece, void> {
  const handle = await openUnlessMissing(file);
  if (handle === undefined) return;
  try {
    const { size } = await handle.stat();
    let position = size < from ? 0 : from;
    while (position < size) {
      const chunk = Buffer.alloc(Math.min(chunkBytes, size - position));
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield { bytes: chunk.subarray(0, bytesRead), next: position };
    }
  } catch (error) {
    throw storeErrorFrom(error, file, 'follow the log');
  } finally {
    await handle.close();
  }
}

const openUnlessMissing = async (file: string): Promise<FileHandle | undefined> => {
  try {
    return await open(file, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw storeErrorFrom(error, file, 'read the log');
  }
};

interface Bell {
  /** Resolves when the file may have changed since the call, or the signal aborts. */
  next(): Promise<void>;
  close(): void;
}

/** A watch may be missing (no folder yet, no more watches to be had) or deaf (a network's file system): so it looks anyway. */
const lookAnywayMs = { watched: 1000, unwatched: 200 };

const createBell = (file: string, signal: AbortSignal): Bell => {
  let watcher: FSWatcher | undefined;
  let ring = (): void => {};
  const unwatch = (): void => {
    watcher?.close();
    watcher = undefined;
  };
  const tryToWatch = (): void => {
    try {
      watcher = watch(dirname(file), () => ring());
      watcher.on('error', unwatch);
    } catch {
      watcher = undefined; // the timer looks in its stead
    }
  };
  const onAbort = (): void => ring();
  signal.addEventListener('abort', onAbort);
  return {
    next() {
      if (watcher === undefined) tryToWatch();
      return new Promise((settle) => {
        const timer = setTimeout(() => ring(), watcher === undefined ? lookAnywayMs.unwatched : lookAnywayMs.watched);
        ring = () => {
          clearTimeout(timer);
          settle();
        };
        if (signal.aborted) ring();
      });
    },
    close() {
      signal.removeEventListener('abort', onAbort);
      unwatch();
      ring();
    },
  };
};
