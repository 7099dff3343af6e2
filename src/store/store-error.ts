// What can go wrong with the disk, as fields. The sentences a person reads are made in the view; the short phrases here are
// its material: what was being done, what was seen, what to do.
import { messageOf } from '../core/failure.ts';
import type { LockHolder } from './lock-holder.ts';

export type StoreErrorKind =
  | 'locked'
  | 'full'
  | 'read-only'
  | 'permission'
  | 'owner'
  | 'symlink'
  | 'newer-format'
  | 'damaged'
  | 'io'
  | 'missing';

export interface StoreErrorDetail {
  /** What was being done: `write the journal`. */
  readonly doing?: string;
  /** What was seen, in a few words. */
  readonly saw: string;
  /** What a person can do about it. */
  readonly remedy: string;
  /** The system's code, such as ENOSPC. */
  readonly code?: string;
  /** Line of the file, from 1. */
  readonly line?: number;
  /** With `locked`: who holds the lock; absent when it could not be learnt. */
  readonly holder?: LockHolder;
  /** With `newer-format`: the format found and the newest one that is understood. */
  readonly format?: { readonly found: number; readonly known: number };
}

/** The store could not do what it was asked. */
export class StoreError extends Error {
  readonly kind: StoreErrorKind;
  readonly path: string;
  readonly detail: StoreErrorDetail;
  constructor(kind: StoreErrorKind, path: string, detail: StoreErrorDetail & { readonly cause?: unknown }) {
    const { cause, ...rest } = detail;
    const line = rest.line === undefined ? '' : `:${rest.line}`;
    super(`${path}${line}: ${rest.saw} (${kind})`, cause === undefined ? undefined : { cause });
    this.name = 'StoreError';
    this.kind = kind;
    this.path = path;
    this.detail = rest;
  }
}

interface Meaning {
  readonly kind: StoreErrorKind;
  readonly saw: string;
  readonly remedy: string;
}

const lookAtDisk = 'look at the disk and the kernel log (dmesg), then run the same command again';
const meanings: Readonly<Record<string, Meaning>> = {
  ENOSPC: { kind: 'full', saw: 'no space is left on the disk', remedy: 'free some space, then run `lab resume`' },
  EDQUOT: { kind: 'full', saw: 'the disk quota is used up', remedy: 'free some space, then run `lab resume`' },
  EFBIG: { kind: 'full', saw: 'the file would be larger than is allowed', remedy: 'raise the limit (ulimit -f)' },
  EROFS: {
    kind: 'read-only',
    saw: 'the file system is mounted read-only',
    remedy: 'mount it writable, or name another folder with --state-dir',
  },
  EACCES: {
    kind: 'permission',
    saw: 'permission denied',
    remedy: 'run as the owner, or name a folder with --state-dir',
  },
  EPERM: {
    kind: 'permission',
    saw: 'the operation is not permitted',
    remedy: 'run as the owner, or name a folder with --state-dir',
  },
  ELOOP: {
    kind: 'symlink',
    saw: 'a symbolic link stands in the way',
    remedy: 'put the real file or folder in its place',
  },
  ENOENT: { kind: 'missing', saw: 'it does not exist', remedy: 'check the path' },
  ENOTDIR: { kind: 'io', saw: 'a part of the path is not a folder', remedy: 'check the path' },
  EISDIR: { kind: 'io', saw: 'a folder stands where a file is expected', remedy: 'move the folder away' },
  EEXIST: { kind: 'io', saw: 'it exists already', remedy: 'move it away' },
  ENAMETOOLONG: { kind: 'io', saw: 'the path is too long', remedy: 'name a folder with a shorter path by --state-dir' },
  EIO: { kind: 'io', saw: 'the disk reported an error', remedy: lookAtDisk },
  EMFILE: { kind: 'io', saw: 'this process has too many open files', remedy: 'raise the limit (ulimit -n)' },
  ENFILE: { kind: 'io', saw: 'the machine has too many open files', remedy: 'end what holds them open' },
  ESTALE: { kind: 'missing', saw: 'the network file system lost it', remedy: 'mount it again' },
};

/** The StoreError for an error of the system; a StoreError is given back as it is. */
export const storeErrorFrom = (error: unknown, path: string, doing?: string): StoreError => {
  if (error instanceof StoreError) return error;
  const code = errorCode(error);
  const meaning = (code === undefined ? undefined : meanings[code]) ?? {
    kind: 'io' as const,
    saw: messageOf(error),
    remedy: lookAtDisk,
  };
  return new StoreError(meaning.kind, path, {
    ...(doing === undefined ? {} : { doing }),
    ...(code === undefined ? {} : { code }),
    saw: meaning.saw,
    remedy: meaning.remedy,
    cause: error,
  });
};

/** The system's code of an error, such as ENOENT. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
