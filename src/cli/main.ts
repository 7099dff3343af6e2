// The way in and the way out: the words of the command line go in, the exit code comes out.
import { listenToBrokenPipe } from './broken-pipe.ts';
import { runCommandLine } from './command-line.ts';

listenToBrokenPipe();
void runCommandLine(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
