// Decides whether a folder may hold state: a real folder, owned by who runs, writable by nobody else. What is kept in it is
// decided by the other files of this room.
import { chmodSync, lstatSync, mkdirSync, readdirSync, type Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ensurePrivateFolder, syncFolder } from './private-file.ts';
import { errorCode, StoreError, storeErrorFrom } from './store-error.ts';

export interface StateFolder {
  readonly path: string;
  /** False only for a folder opened for reading that is not there. */
  readonly exists: boolean;
  /** @throws StoreError `missing` when the folder was deleted, moved or replaced since it was opened. */
  assertSame(): Promise<void>;
}

export interface StateFolderOptions {
  /** Make it when missing and close it to others; without it nothing is changed. */
  readonly write: boolean;
  /**
   * Accept a folder of another user. Root could write there, but would leave files its owner can no longer read, so root
   * must be told as well. Looking (`write: false`) is always free for root.
   */
  readonly anyOwner?: boolean;
}

/** @throws StoreError */
export const openStateFolder = async (dir: string, options: StateFolderOptions): Promise<StateFolder> => {
  const path = resolve(dir);
  try {
    if (options.write) await makeFolder(path);
    const seen = await lstatOrUndefined(path);
    if (seen === undefined) return { path, exists: false, assertSame: async () => {} };
    assertTrustworthy(path, seen, options);
    await assertNotOpen(path, seen);
    if (options.write && (seen.mode & 0o077) !== 0) chmodSync(path, 0o700);
    return { path, exists: true, assertSame: () => assertSame(path, seen) };
  } catch (error) {
    throw storeErrorFrom(error, path, 'open the state folder');
  }
};

const makeFolder = async (path: string): Promise<void> => {
  if ((await lstatOrUndefined(path)) !== undefined) return;
  mkdirSync(dirname(path), { recursive: true });
  if (await ensurePrivateFolder(path)) syncFolder(dirname(path));
};

const assertTrustworthy = (path: string, seen: Stats, options: StateFolderOptions): void => {
  if (seen.isSymbolicLink()) {
    throw new StoreError('symlink', path, {
      saw: 'the state folder is a symbolic link',
      remedy: 'put a real folder there, or name its target with --state-dir',
    });
  }
  if (!seen.isDirectory()) {
    throw new StoreError('io', path, { saw: 'it is not a folder', remedy: 'move it away, or use --state-dir' });
  }
  const me = process.getuid?.() ?? seen.uid;
  const free = options.anyOwner === true || (me === 0 && !options.write);
  if (seen.uid !== me && !free) {
    throw new StoreError('owner', path, {
      saw: `it belongs to user ${seen.uid}, this is user ${me}`,
      remedy: 'run as its owner, or name a folder of your own with --state-dir',
    });
  }
};

/** Where others could write, what is kept may be theirs; an empty folder of that kind is merely closed before its use. */
const assertNotOpen = async (path: string, seen: Stats): Promise<void> => {
  if ((seen.mode & 0o022) === 0 || !(await holdsState(path))) return;
  throw new StoreError('permission', path, {
    saw: `others may write to it (mode ${(seen.mode & 0o777).toString(8)})`,
    remedy: `look at what it holds, then \`chmod 700 ${path}\``,
  });
};

const holdsState = async (path: string): Promise<boolean> => {
  const names = readdirSync(path);
  return names.some((name) => name === 'state.json' || name === 'runs' || name.startsWith('lock'));
};

const assertSame = async (path: string, opened: Stats): Promise<void> => {
  const now = await lstatOrUndefined(path).catch((error: unknown) => {
    throw storeErrorFrom(error, path, 'look at the state folder');
  });
  if (now !== undefined && now.dev === opened.dev && now.ino === opened.ino) return;
  throw new StoreError('missing', path, {
    saw: now === undefined ? 'the state folder was deleted or moved' : 'the state folder was replaced by another',
    remedy: 'put the folder back, then run `lab resume`',
  });
};

const lstatOrUndefined = async (path: string): Promise<Stats | undefined> => {
  try {
    return lstatSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
};
