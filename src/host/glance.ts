// A glance at a file. On a disk of this machine it takes a microsecond, a trip to the thread pool twenty and more; what is elsewhere
// may take for ever, and everything would stand still meanwhile: so only where the folder is known to be here.
import { lstatSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What a glance says of what isn't there. */
export const missing = 'missing';

/** File systems of Linux that have no other machine behind them: ext, xfs, btrfs, f2fs, tmpfs, overlay. */
const localTypes = new Set([0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x01021994, 0x794c7630]);
/** Something else may be mounted there later. */
const knownForMs = 10_000;

const folders = new Map<string, { readonly isLocal: boolean; readonly since: number }>();

/** Undefined where it can't be told: of links, and in folders that are not known to be local. */
export const glanceAt = (path: string): string | undefined => {
  const folder = dirname(path);
  const known = folders.get(folder);
  if (!known) return folder !== path && glanceAt(folder) === missing ? missing : undefined;
  if (!known.isLocal) return undefined;
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found) return missing;
    return found.isSymbolicLink() ? undefined : `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}`;
  } catch {
    return undefined; // A look says why.
  }
};

/** Finds out what a glance at this path has to know. */
export const learnOf = async (path: string): Promise<void> => {
  const folder = dirname(path);
  const now = performance.now();
  if (now - (folders.get(folder)?.since ?? Number.NEGATIVE_INFINITY) < knownForMs) return;
  folders.delete(folder);
  if (folder !== path) await learnOf(folder);
  if (glanceAt(folder) === missing) return;
  try {
    folders.set(folder, { isLocal: localTypes.has((await statfs(folder)).type), since: now });
  } catch {
    // A look says why.
  }
};
