// How the store makes files and folders: readable by their owner alone whatever the umask is, never through a symbolic link,
// and with the folder synced so that the name itself survives a power cut. Most of it blocks: these are calls of microseconds
// before a run's first step and after its last, and each trip to a thread of the pool would cost more than the call.
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { errorCode } from './store-error.ts';

/** Opens for writing a file that must not exist yet. @throws the system's error. */
export const createPrivateFile = async (path: string): Promise<FileHandle> => {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants;
  const handle = await open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR, 0o600);
  await handle.chmod(0o600); // a umask may have taken more away than group and others
  return handle;
};

/** Writes a file that must not exist yet; with `sync` it is on the disk then. @throws the system's error. */
export const writePrivateFile = (path: string, text: string, { sync }: { readonly sync: boolean }): void => {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const file = openSync(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
  try {
    fchmodSync(file, 0o600);
    writeFileSync(file, text);
    if (sync) fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

/** Also when it is not there. `rmSync` would load what removes whole trees. @throws the system's error. */
export const removeFile = (path: string): void => {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
};

/** Makes the folder unless it is there. True when it was made. @throws the system's error. */
export const ensurePrivateFolder = async (path: string): Promise<boolean> => {
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  chmodSync(path, 0o700);
  return true;
};

/** Makes the names in a folder as durable as the files behind them. @throws the system's error. */
export const syncFolder = (path: string): void => {
  const folder = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(folder);
  } catch (error) {
    // A file system that can't sync folders says so; it has nothing stronger to offer.
    if (!['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(errorCode(error) ?? '')) throw error;
  } finally {
    closeSync(folder);
  }
};

// Writes what is kept only to save work: for the owner alone, whole or not at all, and without a word when it fails, since nothing is
// lost with it. It is not synced.

/** What a draft's name ends with; one that is there without its writer was left by a run that was killed. */
export const draftEnd = '.tmp';

/** `write` fills an empty file, which then takes the place of what was there. */
export const keepFile = (file: string, write: (handle: number) => void): void => {
  const draft = `${file}${draftEnd}`;
  try {
    const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
    const handle = openSync(draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
    try {
      write(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(draft, file);
  } catch {
    removeDraft(draft);
  }
};

const removeDraft = (draft: string): void => {
  try {
    removeFile(draft);
  } catch {
    // What could not be written there can't be removed there either.
  }
};

export interface Disk {
  /** Appends some or all of the bytes; how many. */
  write(fd: number, bytes: Buffer): number;
  /** Blocks until all that was written is on the disk. */
  syncNow(fd: number): void;
  /** The same by a thread of the pool, while this one goes on. */
  sync(fd: number): Promise<void>;
  truncate(fd: number, length: number): void;
}

export const realDisk: Disk = {
  write: (fd, bytes) => writeSync(fd, bytes),
  syncNow: (fd) => fdatasyncSync(fd),
  sync: promisify(fdatasync),
  truncate: (fd, length) => ftruncateSync(fd, length),
};
