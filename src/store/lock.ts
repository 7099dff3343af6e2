// One run at a time per state folder: whoever signs the lock file first has it, until it takes the file away or is dead.
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { LockHolder } from './lock-holder.ts';
import { lookFor, ownIdentity } from './process-identity.ts';
import { errorCode, StoreError, storeErrorFrom } from './store-error.ts';

export type { LockHolder } from './lock-holder.ts';

import { linkSync, lstatSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { removeFile, writePrivateFile } from './private-file.ts';

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

// The lock itself: a file that says who holds it. Exactly one process can make it, and exactly one take over from a dead holder.
// A holder is dead when it ran before this machine was started, or when all processes among which it must be can be seen and it is
// none of them; of one in another container or on another machine nobody can tell, so it is never taken over from.
//
// `lock` names the holder. Taking over from a dead holder `a` starts with the exclusive making of `lock.after-a`, which is part of
// the lock from then on, and ends by renaming it over `lock`. So a taker that dies half-way is itself taken over from.

interface Link {
  readonly id: string;
  /** Undefined when the file cannot be understood. */
  readonly holder?: LockHolder;
}

/** Who holds the lock according to the file, if that process is alive or nobody can tell. */
const fileHolder = (dir: string): LockHolder | undefined => {
  const last = readChain(dir).at(-1);
  return last === undefined || isDead(last) ? undefined : last.holder;
};

/** Writes the holder into the folder; resolves with the dead holder it took over from. @throws StoreError `locked`. */
const signLockFile = async (dir: string, holder: LockHolder): Promise<LockHolder | undefined> => {
  const own = join(dir, `lock.${holder.id}.tmp`);
  try {
    writePrivateFile(own, `${JSON.stringify(holder)}\n`, { sync: false });
    for (;;) {
      const chain = readChain(dir);
      const last = chain.at(-1);
      if (last?.holder !== undefined && !isDead(last)) throw locked(dir, last.holder);
      if (takePlace(dir, { own, holder, chain })) {
        removeLeftovers(dir, own);
        return last?.holder;
      }
    }
  } finally {
    removeFile(own);
  }
};

/** Takes the file away if it is still the one of this holder. */
const removeLockFile = (dir: string, holder: LockHolder): void => {
  if (readLink(join(dir, 'lock'))?.id === holder.id) removeFile(join(dir, 'lock'));
};

const locked = (dir: string, holder: LockHolder): StoreError => {
  const seen = lookFor(holder) === 'alive';
  const place = holder.host === undefined ? '' : ` named ${holder.host}`;
  const where = seen ? '' : ` of another container or machine${place}, which can't be seen from here,`;
  return new StoreError('locked', dir, {
    doing: 'take the lock',
    saw: `process ${holder.pid}${where} holds the lock (${holder.command}, since ${new Date(holder.since).toISOString()})`,
    remedy: seen
      ? 'wait until it has ended, or end it'
      : `wait until it has ended, or end it there; if nothing of it runs any more, remove ${join(dir, 'lock')}`,
    holder,
  });
};

interface Claim {
  readonly own: string;
  readonly holder: LockHolder;
  /** The dead holders, as they were found. */
  readonly chain: readonly Link[];
}

/** False when another process changed the lock meanwhile; then all is to be looked at again. */
const takePlace = (dir: string, { own, holder, chain }: Claim): boolean => {
  const last = chain.at(-1);
  if (last === undefined) return linkUnlessThere(own, join(dir, 'lock'));
  const place = join(dir, `lock.after-${last.id}`);
  if (!linkUnlessThere(own, place)) return false;
  // Between the look and the link, another may have taken over completely; then this place leads nowhere.
  const expected = [...chain.map((link) => link.id), holder.id].join();
  const found = readChain(dir).map((link) => link.id);
  if (found.join() !== expected) {
    removeFile(place);
    return false;
  }
  renameSync(own, join(dir, 'lock'));
  return true;
};

const readChain = (dir: string): Link[] => {
  const links: Link[] = [];
  for (let name = 'lock'; ; ) {
    const link = readLink(join(dir, name));
    if (link === undefined) return links;
    links.push(link);
    name = `lock.after-${link.id}`;
  }
};

const readLink = (path: string): Link | undefined => {
  try {
    const holder = parseHolder(readFileSync(path, 'utf8'));
    // One that can't be understood was not written by a taker: those appear complete or not at all.
    return holder === undefined ? { id: `damaged-${lstatSync(path).ino}` } : { id: holder.id, holder };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
};

const isDead = (link: Link): boolean => link.holder === undefined || lookFor(link.holder) === 'dead';

const parseHolder = (text: string): LockHolder | undefined => {
  try {
    const found = JSON.parse(text) as Record<keyof LockHolder, unknown>;
    const texts = [found.id, found.bootId, found.pidNamespace, found.command];
    const numbers = [found.pid, found.startTime, found.since];
    const fits =
      (found.host === undefined || typeof found.host === 'string') &&
      texts.every((value) => typeof value === 'string') &&
      numbers.every((value) => Number.isSafeInteger(value)) &&
      /^[0-9a-f]{16}$/.test(String(found.id));
    return fits ? (found as LockHolder) : undefined;
  } catch {
    return undefined; // torn or foreign; the caller treats it as left over
  }
};

const linkUnlessThere = (from: string, to: string): boolean => {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
};

/** What takers that died left behind. Whoever is still at it either lives, or finds its place gone and looks again. */
const removeLeftovers = (dir: string, own: string): void => {
  for (const name of readdirSync(dir)) {
    const path = join(dir, name);
    if (path === own) continue;
    if (name.startsWith('lock.after-')) removeFile(path);
    else if (/^lock\.[0-9a-f]{16}\.tmp$/.test(name)) {
      const left = readLink(path);
      const over = left?.holder === undefined ? isOld(path) : isDead(left);
      if (over) removeFile(path);
    }
  }
};

/** Without a word in it nobody can tell whose it is; a taker writes its own at once, so a minute later its taker is dead. */
const isOld = (path: string): boolean => {
  const { mtimeMs } = lstatSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
  return Date.now() - mtimeMs > 60_000;
};
