// One run at a time per state folder. On Linux the kernel holds the lock for us (an abstract unix socket, which ends with its
// process, however it ends); the file beside it says who holds it and covers takers in other network namespaces.
import { statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileHolder, locked, removeLockFile, signLockFile } from './lock-file.ts';
import type { LockHolder } from './lock-holder.ts';
import { ownIdentity } from './process-identity.ts';
import { randomDigits } from './random-digits.ts';
import { errorCode, storeErrorFrom } from './store-error.ts';

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
    const holder: LockHolder = { id: randomDigits(16), ...ownIdentity(), command, since: Date.now() };
    const kernel = await takeKernelLock(path);
    try {
      const dead = await signLockFile(path, holder);
      const release = async (): Promise<void> => {
        try {
          removeLockFile(path, holder);
        } catch {
          // The file stays and names a process that has ended, so the next taker takes it over. What made the disk refuse
          // is told by who had something to write.
        }
        await closeServer(kernel);
      };
      return { holder, ...(dead === undefined ? {} : { tookOverFrom: dead }), release };
    } catch (error) {
      await closeServer(kernel);
      throw error;
    }
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

const patienceSeconds = 1;
const lookEveryMs = 20;

/** Between taking the socket and signing the file, and between the reverse, a holder is nameless for a moment: waits that long. */
const takeKernelLock = async (dir: string): Promise<Server | undefined> => {
  if (process.platform !== 'linux') return undefined;
  const address = socketAddress(dir);
  const deadline = process.uptime() + patienceSeconds;
  for (;;) {
    const server = await listenUnlessTaken(address);
    if (server !== undefined) return server;
    const holder = fileHolder(dir);
    if (holder !== undefined || process.uptime() > deadline) throw locked(dir, holder);
    await sleep(lookEveryMs);
  }
};

/**
 * Named after the folder itself, not its path. Filled up with zeros to the whole length of a socket address: Node versions
 * differ in whether they do that, and would else take two different locks.
 */
const socketAddress = (dir: string): string => {
  const { dev, ino } = statSync(dir, { bigint: true });
  return `\0lab-state-${dev}:${ino}`.padEnd(108, '\0');
};

const listenUnlessTaken = (address: string): Promise<Server | undefined> =>
  new Promise((settle, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.unref();
    server.once('error', (error) => {
      if (errorCode(error) === 'EADDRINUSE') settle(undefined);
      else reject(error);
    });
    server.listen({ path: address, exclusive: true }, () => settle(server));
  });

const closeServer = (server: Server | undefined): Promise<void> =>
  server === undefined ? Promise.resolve() : new Promise((done) => server.close(() => done()));
