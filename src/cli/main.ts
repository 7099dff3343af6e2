// The way in and the way out: the words of the command line go in, the exit code comes out.
import { listenToBrokenOutput } from '../session/broken-output.ts';
import { explain, runCommandLine } from './command-line.ts';
import { endWithTerminal } from './lost-terminal.ts';

/** Called by `bin/lab.js`. */
export const main = async (argv: readonly string[]): Promise<void> => {
  listenToBrokenOutput();
  // What nobody waited for ends the program as well, but not with the system's own print of it, which knows of no secrets.
  process.on('uncaughtException', (error) => process.exit(explain(error)));
  process.exitCode = await runCommandLine(argv);
  endWithTerminal();
};
