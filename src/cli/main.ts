// The way in and the way out: the words of the command line go in, the exit code comes out.
import { listenToBrokenOutput } from './broken-output.ts';
import { runCommandLine } from './command-line.ts';
import { endWithTerminal } from './lost-terminal.ts';

/** Called by `bin/lab.js`. */
export const main = async (argv: readonly string[]): Promise<void> => {
  listenToBrokenOutput();
  process.exitCode = await runCommandLine(argv);
  endWithTerminal();
};
