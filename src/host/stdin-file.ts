// Gives a child its input as a shell gives a here-document: an unnamed file. Node's own pipes are sockets, which a program can't
// open by name (`nft -f /dev/stdin`), and which make bash believe that it was called over the network and read ~/.bashrc.
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An open file with that text, read from its beginning; whoever gets it closes it. @throws the system's error, such as ENOSPC. */
export const openStdinFile = (text: string): number => {
  const fd = openUnnamed();
  try {
    const bytes = Buffer.from(text);
    let at = 0;
    // Written to places, not in sequence: so the child's reading position stays at the beginning.
    while (at < bytes.length) at += writeSync(fd, bytes, at, bytes.length - at, at);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
};

/** In memory where that is possible: input may be a password. The name is gone before anything is in it. */
const openUnnamed = (): number => {
  const name = `lab-stdin-${randomUUID()}`;
  const open = (folder: string): number => {
    const path = join(folder, name);
    const fd = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return fd;
  };
  try {
    return open('/dev/shm');
  } catch {
    return open(tmpdir()); // No such folder, or none for us; if this one refuses as well, it says why.
  }
};
