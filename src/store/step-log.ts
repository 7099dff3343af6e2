// The log of one attempt of a step: its output in order, as bytes, in a file whose name is made safely from the step's address.
// What must not be seen is masked by the caller before it comes here.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseAddress } from '../core/address.ts';
import type { StepLog } from '../engine/ports.ts';
import { type StoreError, storeErrorFrom } from './store-error.ts';

export { follow, readTail } from './read-log.ts';

export interface StepLogName {
  readonly address: string;
  readonly attempt: number;
}

/** `cluster.1.log`, `kube-rules@node-2.1.log`; what could be a path or is too long is shortened and told apart by a hash. */
export const stepLogName = ({ address, attempt }: StepLogName): string => {
  const { step, key } = parseAddress(address);
  const name = key === undefined ? safe(step) : `${safe(step)}@${safe(key)}`;
  return `${name}.${attempt}.log`;
};

/** Lower case only, since some file systems take `A` and `a` for the same. A hash is marked by a character no safe part holds. */
const safe = (part: string): string => {
  if (/^[a-z0-9_][a-z0-9._-]{0,59}$/.test(part)) return part;
  const readable = part
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .slice(0, 40);
  return `${readable}~${createHash('sha256').update(part).digest('hex').slice(0, 16)}`;
};

/** Opens the log for appending: an attempt that is taken up again goes on in its file. @throws StoreError */
export const openStepLog = async (logs: string, name: StepLogName): Promise<StepLog> => {
  const path = join(resolve(logs), stepLogName(name));
  try {
    const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
    const file = await open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
    await file.chmod(0o600);
    return new FileStepLog(path, file);
  } catch (error) {
    throw storeErrorFrom(error, path, 'open the log');
  }
};

/** As much may wait in memory before a writer is held back. */
const highWaterBytes = 1024 * 1024;

class FileStepLog implements StepLog {
  readonly path: string;
  readonly #file: FileHandle;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #flushing: Promise<void> | undefined;
  #error: StoreError | undefined;
  #closed = false;

  constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /** Resolves when there is room for more. @throws StoreError, now or for what an earlier call left */
  async write(chunk: string | Uint8Array): Promise<void> {
    if (this.#error !== undefined) throw this.#error;
    if (this.#closed) throw new Error('write after close');
    const bytes = Buffer.from(chunk); // a copy: the caller may use its buffer again
    if (bytes.length === 0) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#flushing ??= this.#flush();
    if (this.#waitingBytes < highWaterBytes) return;
    await this.#flushing;
    if (this.#error !== undefined) throw this.#error;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#flushing;
    await this.#file.close();
    if (this.#error !== undefined) throw this.#error;
  }

  /** Never rejects: a failure is kept for the next who calls. */
  async #flush(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const [first, ...others] = this.#waiting.splice(0);
        if (first === undefined) break;
        const bytes = others.length === 0 ? first : Buffer.concat([first, ...others]);
        await this.#file.writeFile(bytes);
        this.#waitingBytes -= bytes.length;
      }
    } catch (error) {
      this.#error = storeErrorFrom(error, this.path, 'write the log');
      this.#waiting = [];
    }
    this.#flushing = undefined;
  }
}
