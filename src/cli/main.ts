// The way in and the way out: the words of the command line go in, the exit code comes out.
import { listenToBrokenOutput } from './broken-output.ts';
import { runCommandLine } from './command-line.ts';
import { endWithTerminal } from './lost-terminal.ts';

listenToBrokenOutput();
void runCommandLine(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
  endWithTerminal();
});
