// What a child left running may print after us: `cat` then reads its output in our stead, into a file, until nobody writes any more.
import { spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import type { Readable } from 'node:stream';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;

/** Begins to append to a file what still comes; the caller closes its own end then. @throws when the file can't be opened. */
export const readOn = (stream: Readable, file: string): void => {
  const target = openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
  try {
    // In a session, an environment and a folder of no step: whoever looks for what a step left must not find it, nor end it.
    const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
    const cat = spawn('cat', { cwd: '/', env, detached: true, stdio: [stream, target, 'ignore'] });
    // A machine without `cat`: the pipe is closed, and who writes to it gets EPIPE.
    cat.on('error', () => {});
    cat.unref();
  } finally {
    closeSync(target);
  }
};
