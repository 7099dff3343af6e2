// One number for the content of a file or a folder, so that a change of either is noticed. Owners, modes and times don't count.
import type { Hash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { open, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from './files.ts';

/** SHA-256 in hex; undefined when there is nothing. A folder's covers names, contents and the targets of links within it. */
export const hashFile = async (path: string): Promise<string | undefined> => {
  const found = await unlessMissing(stat(path));
  if (!found) return undefined;
  // Loaded with the first hash: most runs of a short command need none.
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256');
  if (found.isDirectory()) await addFolder({ hash, root: path, fresh: () => createHash('sha256') }, '');
  else if (found.isFile()) await addContent(hash, path);
  else hash.update('other');
  return hash.digest('hex');
};

interface Walk {
  readonly hash: Hash;
  readonly root: string;
  readonly fresh: () => Hash;
}

/** Each entry is its kind, its name and its content's own digest, so that no two folders read alike. */
const addFolder = async (walk: Walk, below: string): Promise<void> => {
  const { hash, root, fresh } = walk;
  const entries = await readdir(join(root, below), { withFileTypes: true });
  // By code units, not by the language of whoever looks.
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const name = join(below, entry.name);
    const kind = kindOf(entry);
    hash.update(`${kind}\0${name}\0`);
    if (kind === 'folder') await addFolder(walk, name);
    else if (kind === 'link') hash.update(`${await readlink(join(root, name))}\0`);
    else if (kind === 'file') {
      const content = fresh();
      await addContent(content, join(root, name));
      hash.update(content.digest());
    }
  }
};

/** Pipes, sockets and devices count by name: opening one could block, or do something. */
const kindOf = (entry: Dirent): 'file' | 'folder' | 'link' | 'other' => {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  return entry.isSymbolicLink() ? 'link' : 'other';
};

const addContent = async (hash: Hash, path: string): Promise<void> => {
  const file = await open(path);
  try {
    const piece = Buffer.allocUnsafe(2 ** 16);
    for (;;) {
      const { bytesRead } = await file.read(piece);
      if (bytesRead === 0) return;
      hash.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
};
