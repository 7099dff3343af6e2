// What becomes of the process when what it says can't be said. A reader that went away, as in `lab logs | head`, or a terminal that
// was closed, is no error; a full disk behind `>` is one. A run goes on unseen in any case: its journal has all of it.
import { exitCode } from '../project/exit-code.ts';

let working = false;

/** From now on nobody's reading decides when the process ends. */
export const goOnUnseen = (): void => {
  working = true;
};

/** The reader of a pipe is gone; the terminal is. */
const nobodyReads = new Set(['EPIPE', 'EIO', 'ENXIO', 'ERR_STREAM_DESTROYED']);

export const listenToBrokenOutput = (): void => {
  let told = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (nobodyReads.has(error.code ?? '')) return leave(exitCode.ok);
    if (told) return; // a file refuses each line anew
    told = true;
    process.stderr.write(
      `The output can't be written: ${error.message}.\n${working ? 'The run goes on; its journal has all of it: npx lab logs\n' : ''}`,
    );
    leave(exitCode.host);
  });
  // There is no place left to say that nothing can be said.
  process.stderr.on('error', () => leave(exitCode.host));
};

const leave = (code: number): void => {
  if (!working) process.exit(code);
};
