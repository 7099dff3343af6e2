// A glance at a file. On a disk of this machine it takes a microsecond, a trip to the thread pool twenty and more; what is elsewhere
// may take for ever, and everything would stand still meanwhile: so only where the folder is known to be here.
import { lstatSync } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What a glance says of what isn't there. */
const missing = 'missing';

/** File systems of Linux that have no other machine behind them: ext, xfs, btrfs, f2fs, tmpfs, overlay. */
const localTypes = new Set([0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x01021994, 0x794c7630]);
/** Something else may be mounted there later. */
const knownForMs = 10_000;

/** A local folder may hold the mount point of what is elsewhere. As of when a folder was last learnt. */
let mountPoints: ReadonlySet<string> = new Set();
const folders = new Map<string, { readonly isLocal: boolean; readonly since: number }>();
const learning = new Set<string>();

/** Undefined where it can't be told: of links, and in folders that are not known to be local, or not yet. */
export const glanceAt = (path: string): string | undefined => {
  learnSoon(dirname(path));
  return seenAt(path);
};

/** Whether a glance has told, or tells, that there is nothing; asks for nothing to be learnt. */
export const isMissing = (path: string): boolean => seenAt(path) === missing;

const seenAt = (path: string): string | undefined => {
  const folder = dirname(path);
  const known = folders.get(folder);
  if (!known) return folder !== path && seenAt(folder) === missing ? missing : undefined;
  if (!known.isLocal || mountPoints.has(path)) return undefined;
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found) return missing;
    return found.isSymbolicLink() ? undefined : `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}`;
  } catch {
    return undefined; // A look says why.
  }
};

const learnSoon = (folder: string): void => {
  const { since } = folders.get(folder) ?? { since: Number.NEGATIVE_INFINITY };
  if (learning.has(folder) || performance.now() - since < knownForMs) return;
  learning.add(folder);
  void learn(folder).finally(() => learning.delete(folder));
};

/** Never throws: what can't be learnt is left to the looks. */
const learn = async (folder: string): Promise<void> => {
  try {
    const [{ type }, mounts] = await Promise.all([statfs(folder), readFile('/proc/self/mountinfo', 'utf8')]);
    mountPoints = new Set(mounts.split('\n').map((line) => mountedAt(line)));
    folders.set(folder, { isLocal: localTypes.has(type), since: performance.now() });
  } catch {
    folders.delete(folder);
    // A folder that is not there yet: whether its own folder is here tells of it.
    if (folder !== dirname(folder)) learnSoon(dirname(folder));
  }
};

/** The fifth field; blanks and the like are in octal there (proc(5)). */
const mountedAt = (line: string): string =>
  (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)));
