// A disk that fails as it is told, or forgets what was not synced; the file itself is real.
import { ftruncateSync } from 'node:fs';
import { type Disk, realDisk } from '../../../src/store/private-file.ts';

export const systemError = (code: string): Error => Object.assign(new Error(code), { code });

/** The journal lets a thread sync a disk on which that takes longer than a millisecond. */
export const slowSync = (fd: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3);
  realDisk.syncNow(fd);
};

/** A slow disk that counts what is asked of it; a sync by a thread waits until it is let through. */
export class GatedDisk implements Disk {
  readonly asked: string[] = [];
  #open: (() => void)[] = [];
  write(fd: number, bytes: Buffer): number {
    this.asked.push('write');
    return realDisk.write(fd, bytes);
  }
  syncNow(fd: number): void {
    this.asked.push('syncNow');
    slowSync(fd);
  }
  async sync(): Promise<void> {
    this.asked.push('sync');
    await new Promise<void>((settle) => this.#open.push(settle));
  }
  truncate(fd: number, length: number): void {
    ftruncateSync(fd, length);
  }
  open(): void {
    for (const settle of this.#open.splice(0)) settle();
  }
}

/** Writes so many bytes more, then has no room. */
export const fullAfter = (room: number): Disk => {
  let left = room;
  return {
    ...realDisk,
    write(fd, bytes) {
      if (left === 0) throw systemError('ENOSPC');
      const written = realDisk.write(fd, bytes.subarray(0, left));
      left -= written;
      return written;
    },
  };
};
