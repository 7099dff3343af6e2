// How the store makes files and folders: readable by their owner alone whatever the umask is, never through a symbolic link,
// and with the folder synced so that the name itself survives a power cut.
import { constants } from 'node:fs';
import { chmod, type FileHandle, mkdir, open } from 'node:fs/promises';
import { errorCode } from './store-error.ts';

/** Opens for writing a file that must not exist yet. @throws the system's error. */
export const createPrivateFile = async (path: string): Promise<FileHandle> => {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants;
  const handle = await open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR, 0o600);
  await handle.chmod(0o600); // a umask may have taken more away than group and others
  return handle;
};

/** Makes the folder unless it is there. True when it was made. @throws the system's error. */
export const ensurePrivateFolder = async (path: string): Promise<boolean> => {
  try {
    await mkdir(path, 0o700);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  await chmod(path, 0o700);
  return true;
};

/** Makes the names in a folder as durable as the files behind them. */
export const syncFolder = async (path: string): Promise<void> => {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } catch (error) {
    // A file system that can't sync folders says so; it has nothing stronger to offer.
    if (!['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(errorCode(error) ?? '')) throw error;
  } finally {
    await handle.close();
  }
};
