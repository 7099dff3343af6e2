// Reads files of a project, which others may have written: none that never ends, and no more of one than it takes to refuse it.
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { maximumFileSize } from '../parse/file-size.ts';
import { CliError, exitCode } from './exit-code.ts';

/** More than this is refused whatever it says, also when each character takes four bytes. */
const enoughBytes = 4 * maximumFileSize + 4;

/**
 * Undefined when there is none of that name, or a folder. Of a file that is too large there is enough to be refused.
 * @throws CliError 3 for a device or a pipe
 */
export const readPlainFile = (path: string): Buffer | undefined => {
  const seen = statSync(path, { throwIfNoEntry: false });
  if (seen === undefined || seen.isDirectory()) return undefined;
  if (!seen.isFile()) throw new CliError(exitCode.file, `${path} is no plain file, so it is not read.`);
  if (seen.size <= enoughBytes) return readFileSync(path);
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(enoughBytes);
    return bytes.subarray(0, readSync(fd, bytes));
  } finally {
    closeSync(fd);
  }
};
