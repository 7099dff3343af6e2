// Files of the machine: read, replaced in one go, removed, listed. That a file is not there is an answer; everything else is thrown.
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Host } from '../engine/ports.ts';
import { isMissing } from './glance.ts';

export const readText = (path: string): Promise<string | undefined> => unlessMissing(readFile(path, 'utf8'));

/** Readers see the old content or the new one, never a part. The file keeps its mode and owner unless `mode` says otherwise. */
export const writeText = async (path: string, text: string, mode?: number): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  // Through a link: it is the file behind it that is replaced.
  const target = (await unlessMissing(realpath(path))) ?? path;
  const before = await unlessMissing(stat(target));
  const draft = join(dirname(target), `.${randomUUID()}.tmp`);
  try {
    const file = await open(draft, 'wx', mode ?? 0o666);
    try {
      await file.writeFile(text);
      if (before) await file.chown(before.uid, before.gid).catch(keepOwn);
      const wanted = mode ?? (before && before.mode & 0o7777);
      // Given exactly: the umask is for files nobody said anything about.
      if (wanted !== undefined) await file.chmod(wanted);
    } finally {
      await file.close();
    }
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
};

export const leadsTo = async (path: string): Promise<string> => {
  const whole = resolve(path);
  const found = await unlessMissing(realpath(whole));
  return found ?? join(await leadsTo(dirname(whole)), basename(whole));
};

/** Only root may give files away. Whoever can't has a file of his own then, as an editor would leave it. */
const keepOwn = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPERM') throw error;
};

export const removeFile = (path: string): Promise<void> => rm(path, { force: true });

export const statFile: Host['stat'] = async (path) => {
  if (isMissing(path)) return undefined;
  const found = await unlessMissing(stat(path));
  if (!found) return undefined;
  const kind = found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
  return { kind, size: found.size, mode: found.mode & 0o7777, inode: found.ino };
};

/** Sorted, so that two looks at the same folder are the same. */
export const listFolder = async (path: string): Promise<readonly string[]> =>
  ((await unlessMissing(readdir(path))) ?? []).sort();

/** Undefined for what is not there; also below something that is no folder. */
export const unlessMissing = async <T>(answer: Promise<T>): Promise<T | undefined> => {
  try {
    return await answer;
  } catch (error) {
    // ESRCH: a file of a process that ended while it was read.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
};
