// lowdb's adapter for a small JSON document that must survive anything: each write is a new file, synced, renamed over the old one,
// and the folder synced. What the document means, and who may write it, is decided by the caller.
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Adapter } from 'lowdb';
import type { z } from 'zod';
import { messageOf } from '../core/failure.ts';
import { schemaMistake } from '../core/schema-mistake.ts';
import { lineOfSyntaxError, lineOfValue } from './json-lines.ts';
import { removeFile, syncFolder, writePrivateFile } from './private-file.ts';
import { errorCode, StoreError, storeErrorFrom } from './store-error.ts';

export interface DocumentShape<T> {
  readonly schema: z.ZodType<T>;
  /** The value of the document's `format` that is written. */
  readonly format: number;
  /** By the format they start from: each makes a document of the next format. */
  readonly migrations?: Readonly<Record<number, (document: Record<string, unknown>) => Record<string, unknown>>>;
}

export class DurableFile<T> implements Adapter<T> {
  readonly #path: string;
  readonly #shape: DocumentShape<T>;
  #writing: Promise<void> | undefined;
  /** The write that starts when the one that runs is done; it takes all that came meanwhile. */
  #next: Promise<void> | undefined;
  #latest: T | undefined;
  #draft: string | undefined;

  constructor(path: string, shape: DocumentShape<T>) {
    this.#path = resolve(path);
    this.#shape = shape;
  }

  /** Null when there is no file. Changes nothing. @throws StoreError */
  async read(): Promise<T | null> {
    try {
      return this.#understand(readFileSync(this.#path, 'utf8'));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw storeErrorFrom(error, this.#path, 'read the state');
    }
  }

  /** Resolves when the data, or newer data, is on the disk. @throws StoreError; then the old content still stands. */
  write(data: T): Promise<void> {
    this.#latest = data;
    if (this.#writing === undefined) {
      this.#writing = this.#writeLatest();
      return this.#writing;
    }
    this.#next ??= this.#writing.then(
      () => this.#startNext(),
      () => this.#startNext(),
    );
    return this.#next;
  }

  /** Removes temporary files of writers that were killed. Only whoever holds the lock may. */
  async removeStale(): Promise<void> {
    const folder = dirname(this.#path);
    try {
      for (const name of readdirSync(folder)) {
        if (name.startsWith(`${basename(this.#path)}.`) && name.endsWith('.tmp')) removeFile(join(folder, name));
      }
    } catch (error) {
      throw storeErrorFrom(error, folder, 'clean up the state folder');
    }
  }

  /** Apart from every other writer's, also one that was killed. */
  get #temporary(): string {
    this.#draft ??= `${this.#path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
    return this.#draft;
  }

  #startNext(): Promise<void> {
    this.#next = undefined;
    this.#writing = this.#writeLatest();
    return this.#writing;
  }

  async #writeLatest(): Promise<void> {
    try {
      await this.#replace(() => `${JSON.stringify(this.#latest, null, 2)}\n`);
    } catch (error) {
      this.#removeTemporary();
      throw storeErrorFrom(error, this.#path, 'write the state');
    } finally {
      if (this.#next === undefined) this.#writing = undefined;
    }
  }

  #removeTemporary(): void {
    try {
      removeFile(this.#temporary);
    } catch {
      // The next writer removes it as stale; the first error is the one to tell.
    }
  }

  async #replace(text: () => string): Promise<void> {
    // Later than the call: what else is told in the same turn shares this write.
    await Promise.resolve();
    writePrivateFile(this.#temporary, text(), { sync: true });
    renameSync(this.#temporary, this.#path);
    syncFolder(dirname(this.#path));
  }

  #understand(text: string): T {
    const document = this.#migrate(this.#parse(text));
    const checked = this.#shape.schema.safeParse(document);
    // The value itself: a copy of it would lack what keys as `__proto__` hold.
    if (checked.success) return document as T;
    const line = lineOfValue(text, checked.error.issues[0]?.path ?? []);
    throw this.#damaged(schemaMistake(checked.error), line);
  }

  #parse(text: string): Record<string, unknown> {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw this.#damaged(messageOf(error), lineOfSyntaxError(text));
    }
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw this.#damaged('it is not a JSON object', 1);
  }

  #migrate(document: Record<string, unknown>): Record<string, unknown> {
    const known = this.#shape.format;
    const found = document['format'];
    if (typeof found !== 'number' || !Number.isSafeInteger(found)) throw this.#damaged('it names no format', 1);
    if (found > known) {
      throw new StoreError('newer-format', this.#path, {
        saw: `its format is ${found}; this program understands up to ${known}`,
        remedy: 'use the program that wrote it, or a newer one',
        format: { found, known },
      });
    }
    let migrated = document;
    for (let format = found; format < known; format += 1) {
      const migrate = this.#shape.migrations?.[format];
      if (migrate === undefined) throw this.#damaged(`its format ${found} was never in use`, 1);
      migrated = { ...migrate(migrated), format: format + 1 };
    }
    return migrated;
  }

  #damaged(reason: string, line: number | undefined): StoreError {
    return new StoreError('damaged', this.#path, {
      saw: `the file is damaged: ${reason}`,
      remedy: 'restore it from a copy, or move it away: the runs are still in their folders',
      ...(line === undefined ? {} : { line }),
    });
  }
}
