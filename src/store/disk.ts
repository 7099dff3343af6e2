// The four things a journal asks of an open file, so that a test may let any of them fail or forget.
import { fdatasync, fdatasyncSync, ftruncateSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';

export interface Disk {
  /** Appends some or all of the bytes; how many. */
  write(fd: number, bytes: Buffer): number;
  /** Blocks until all that was written is on the disk. */
  syncNow(fd: number): void;
  /** The same by a thread of the pool, while this one goes on. */
  sync(fd: number): Promise<void>;
  truncate(fd: number, length: number): void;
}

export const realDisk: Disk = {
  write: (fd, bytes) => writeSync(fd, bytes),
  syncNow: (fd) => fdatasyncSync(fd),
  sync: promisify(fdatasync),
  truncate: (fd, length) => ftruncateSync(fd, length),
};
