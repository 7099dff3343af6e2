// Writes a run's journal: numbers the facts, keeps their order, and answers only when a fact is as durable as its type asks.
// After one failure nothing more is accepted: what could not be recorded must not happen. Reading back is read-journal's.
import { closeSync, constants, fchmodSync, fstatSync, openSync, renameSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { durability, type EventBody, type RunEvent } from '../core/event.ts';
import type { Appended, Journal } from '../engine/ports.ts';
import { LineBuffer, maximumLine } from './journal-line.ts';
import { type Disk, realDisk, removeFile, syncFolder } from './private-file.ts';
import { StoreError, storeErrorFrom } from './store-error.ts';

export { readJournal } from './read-journal.ts';
export { repairTail } from './repair-tail.ts';

export interface JournalOptions {
  /** Continue a journal that was read: its last number and the bytes of its intact prefix. Without it the file must be new. */
  readonly from?: { readonly seq: number; readonly bytes: number };
  readonly disk?: Disk;
}

/** @throws StoreError */
export const openJournal = async (file: string, options: JournalOptions = {}): Promise<Journal> => {
  const path = resolve(file);
  const { from, disk = realDisk } = options;
  try {
    const fd = openToAppend(path, from === undefined ? newFile : 0, from?.bytes ?? 0);
    if (from === undefined) syncFolder(dirname(path));
    if (from !== undefined && from.bytes > 0) return new FileJournal({ fd, path, disk, ...from });
    closeSync(fd);
    const draft = `${path}.new`;
    removeFile(draft);
    return new FileJournal({ fd: openToAppend(draft, newFile, 0), path, draft, disk, seq: 0, bytes: 0 });
  } catch (error) {
    throw storeErrorFrom(error, path, 'open the journal');
  }
};

const newFile = constants.O_CREAT | constants.O_EXCL;

const openToAppend = (path: string, flags: number, bytes: number): number => {
  const fd = openSync(path, flags | constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW, 0o600);
  try {
    fchmodSync(fd, 0o600);
    assertLength(fd, path, bytes);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
};

const assertLength = (fd: number, path: string, expected: number): void => {
  const { size } = fstatSync(fd);
  if (size === expected) return;
  throw new StoreError('damaged', path, {
    saw: `the journal has ${size} bytes where ${expected} were read`,
    remedy: 'end whatever else writes to it, then run the same command again',
  });
};

/** All who wait for the same sync. */
class Waiters {
  resolve: () => void = () => {};
  reject: (error: StoreError) => void = () => {};
  count = 0;
  readonly durable = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

interface Opened {
  readonly fd: number;
  readonly path: string;
  /** Where its first facts are written until they are on the disk: under its own name a journal is empty or begins with an event. */
  readonly draft?: string;
  readonly disk: Disk;
  readonly seq: number;
  readonly bytes: number;
}

/** Bytes that are gathered at most: what ten thousand steps have to say in one turn need not all be in memory for it. */
const pieceLength = 256 * 1024;

/** A trip to a thread and back, with all it wakes, takes longer than a sync that is quicker than this. */
const worthAThreadMs = 1;

class FileJournal implements Journal {
  readonly #fd: number;
  readonly #path: string;
  readonly #disk: Disk;
  readonly #opened: Stats;
  #draft: string | undefined;
  #seq: number;
  /** The last fact that was written, and the last that is known to be on the disk. */
  #writtenSeq: number;
  #syncedSeq = 0;
  /** Length of the file after the last batch that went well. */
  #bytes: number;
  /** Whether something was written since the last sync. */
  #unsynced = false;
  /** Bytes written since. */
  #written = 0;
  readonly #lines = new LineBuffer();
  #waiters: Waiters | undefined;
  #scheduled: NodeJS.Immediate | undefined;
  /** How long the last sync took. */
  #syncMs = 0;
  #syncing: Promise<void> | undefined;
  #poison: StoreError | undefined;
  /** Whether somebody was told of the poison. */
  #told = false;
  #closed = false;

  constructor({ fd, path, draft, disk, seq, bytes }: Opened) {
    this.#fd = fd;
    this.#path = path;
    this.#draft = draft;
    this.#writtenSeq = seq;
    this.#disk = disk;
    this.#seq = seq;
    this.#bytes = bytes;
    this.#opened = fstatSync(fd);
  }

  append(body: EventBody, at: number): Appended {
    if (this.#closed) throw new Error('append after close');
    if (this.#poison !== undefined) throw this.#tell(this.#poison);
    const kind = durability(body.type);
    if (kind === 'view') return { event: { seq: this.#seq, at, ...body } };
    const event: RunEvent = { seq: this.#seq + 1, at, ...body };
    this.#encode(event); // before the number is taken: an event that can't be written leaves no gap
    this.#seq += 1;
    // The end of this turn of the event loop: what other steps have to say in it shares the sync.
    if (this.#syncing === undefined) this.#scheduled ??= setImmediate(() => this.#flush());
    if (this.#syncing === undefined && this.#lines.length > pieceLength) this.#writeAhead();
    if (kind !== 'sync') return { event };
    this.#waiters ??= new Waiters();
    this.#waiters.count += 1;
    return { event, durable: this.#waiters.durable };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // Synchronous up to here and through the flush: an exit right after the call loses nothing that was appended.
    if (this.#syncing === undefined) this.#flush();
    while (this.#syncing !== undefined) await this.#syncing;
    try {
      if (this.#poison === undefined && this.#unsynced) this.#disk.syncNow(this.#fd);
      if (this.#poison === undefined) this.#place();
    } catch (error) {
      this.#fail(error);
    } finally {
      closeSync(this.#fd);
    }
    if (this.#poison !== undefined && !this.#told) throw this.#tell(this.#poison);
  }

  #encode(event: RunEvent): void {
    if (this.#lines.add(event, this.#syncedSeq)) return;
    throw new StoreError('io', this.#path, {
      doing: 'write the journal',
      saw: `a ${event.type} event of more than ${maximumLine} bytes`,
      remedy: 'let the step put out less, or keep it in a file',
    });
  }

  /** Hands everything that waits to the file; on a slow disk with several who wait, a thread syncs while others gather. */
  #flush(): void {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    const waiters = this.#waiters;
    if (this.#lines.length === 0 && waiters === undefined) return;
    this.#waiters = undefined;
    try {
      this.#write();
      if (waiters !== undefined && waiters.count > 1 && this.#syncMs > worthAThreadMs) {
        this.#syncing = this.#syncAside(waiters);
        return;
      }
      if (waiters !== undefined) {
        const startedAt = process.uptime();
        this.#disk.syncNow(this.#fd);
        this.#syncMs = (process.uptime() - startedAt) * 1000;
      }
      this.#commit(waiters);
    } catch (error) {
      this.#fail(error, waiters);
    }
  }

  async #syncAside(waiters: Waiters): Promise<void> {
    try {
      const startedAt = process.uptime();
      await this.#disk.sync(this.#fd);
      this.#syncMs = (process.uptime() - startedAt) * 1000;
      this.#commit(waiters);
    } catch (error) {
      this.#fail(error, waiters);
    }
    this.#syncing = undefined;
    if (this.#poison === undefined) this.#flush();
  }

  /** Nobody acts on it before it is synced with the rest. @throws StoreError */
  #writeAhead(): void {
    try {
      this.#write();
    } catch (error) {
      this.#fail(error);
    }
    if (this.#poison !== undefined) throw this.#tell(this.#poison);
  }

  #write(): void {
    this.#unsynced = true;
    this.#lines.take((bytes) => {
      for (let done = 0; done < bytes.length; ) done += this.#disk.write(this.#fd, bytes.subarray(done));
      this.#written += bytes.length;
    });
    this.#writtenSeq = this.#seq;
  }

  #commit(waiters: Waiters | undefined): void {
    this.#bytes += this.#written;
    this.#written = 0;
    if (waiters === undefined) return;
    this.#unsynced = false;
    this.#place();
    this.#assertInPlace();
    this.#syncedSeq = this.#writtenSeq;
    waiters.resolve();
  }

  /** Gives the file its name, now that what it holds is on the disk. */
  #place(): void {
    if (this.#draft === undefined) return;
    renameSync(this.#draft, this.#path);
    this.#draft = undefined;
    syncFolder(dirname(this.#path));
  }

  /** A file that was deleted or moved takes writes without complaint, and nobody would ever find them. */
  #assertInPlace(): void {
    const now = statSync(this.#path, { throwIfNoEntry: false });
    if (now !== undefined && now.ino === this.#opened.ino && now.dev === this.#opened.dev) return;
    throw new StoreError('missing', this.#path, {
      saw: `the journal was ${now === undefined ? 'deleted or moved' : 'replaced by another file'} while it was written`,
      remedy: 'put the state folder back, then run `lab resume`',
    });
  }

  /**
   * The end of this journal. A failed sync is not tried again: the system may have dropped the pages and would then report
   * success. The file is cut back to the last batch that went well, so that nobody later reads what was refused here.
   */
  #fail(error: unknown, waiters?: Waiters): void {
    const poison = storeErrorFrom(error, this.#path, 'write the journal');
    this.#poison = poison;
    this.#lines.clear();
    try {
      this.#disk.truncate(this.#fd, this.#bytes);
      if (this.#draft !== undefined) removeFile(this.#draft);
    } catch {
      // The reader drops a half-written line as well, and asks for no draft; the first error is the one to tell.
    }
    for (const each of [waiters, this.#waiters]) each?.reject(this.#tell(poison));
    this.#waiters = undefined;
  }

  #tell(poison: StoreError): StoreError {
    this.#told = true;
    return poison;
  }
}
