// One run at a time per state folder: whoever signs the lock file first has it, until it takes the file away or is dead.
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { fileHolder, removeLockFile, signLockFile } from './lock-file.ts';
import type { LockHolder } from './lock-holder.ts';
import { ownIdentity } from './process-identity.ts';
import { storeErrorFrom } from './store-error.ts';

export type { LockHolder } from './lock-holder.ts';

export interface Lock {
  readonly holder: LockHolder;
  /** The holder that ended without releasing the lock, when there was one. */
  readonly tookOverFrom?: LockHolder;
  release(): Promise<void>;
}

/** @throws StoreError `locked` with the holder, or what the system says. */
export const acquireLock = async (dir: string, { command }: { readonly command: string }): Promise<Lock> => {
  const path = resolve(dir);
  try {
    const holder: LockHolder = { id: randomBytes(8).toString('hex'), ...ownIdentity(), command, since: Date.now() };
    const dead = await signLockFile(path, holder);
    const release = async (): Promise<void> => {
      try {
        removeLockFile(path, holder);
      } catch {
        // The file stays and names a process that has ended, so the next taker takes it over. What made the disk refuse
        // is told by who had something to write.
      }
    };
    return { holder, ...(dead === undefined ? {} : { tookOverFrom: dead }), release };
  } catch (error) {
    throw storeErrorFrom(error, path, 'take the lock');
  }
};

/** Who holds the lock now; writes nothing. @throws StoreError */
export const readLockHolder = async (dir: string): Promise<LockHolder | undefined> => {
  try {
    return fileHolder(resolve(dir));
  } catch (error) {
    throw storeErrorFrom(error, dir, 'look at the lock');
  }
};
