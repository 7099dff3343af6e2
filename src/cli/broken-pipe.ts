// A reader that went away, as in `lab logs | head`, is no error: who only shows something ends; a run goes on unseen.
import { exitCode } from './exit-code.ts';

let working = false;

/** From now on nobody's reading decides when the process ends. */
export const goOnUnseen = (): void => {
  working = true;
};

export const listenToBrokenPipe = (): void => {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (!working) process.exit(exitCode.ok);
    });
};
