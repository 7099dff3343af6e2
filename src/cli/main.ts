// The way in and the way out: words of the command line go in, one command runs, and every end becomes an exit code.
import { isatty } from 'node:tty';
import { CliError, exitCode } from '../project/exit-code.ts';
import { offScreen } from '../project/off-screen.ts';
import { asCalled, listenToBrokenOutput } from '../session/print.ts';
import { isStoreComplaint, storeText } from '../view/store-wording.ts';
import { type Asked, readWords } from './program/program.ts';

/** Called by `bin/lab.js`. */
export const main = async (argv: readonly string[]): Promise<void> => {
  listenToBrokenOutput();
  // What nobody waited for ends the program as well, but not with the system's own print of it, which knows of no secrets.
  process.on('uncaughtException', (error) => process.exit(explain(error)));
  process.exitCode = await runCommandLine(argv);
  endWithTerminal();
};

// Reads the command line, lets the one command asked for run, turns every end into an exit code. The commands themselves are
// listed in program/.

/** Resolves with the exit code. */
const runCommandLine = async (argv: readonly string[]): Promise<number> => {
  try {
    const asked = await readWords(argv);
    return typeof asked === 'number' ? asked : await perform(asked);
  } catch (error) {
    return explain(error);
  }
};

/** @throws CliError as the person has to type what it says. */
const perform = async ({ load, operands, options }: Asked): Promise<number> => {
  const action = await load();
  try {
    return await action(...operands, options);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw new CliError(error.code, asCalled(error.message, options), error.cause);
  }
};

/** Words for the person, and the exit code. */
export const explain = (error: unknown): number => {
  if (error instanceof CliError) {
    if (error.message !== '') tell(error.message);
    return error.code;
  }
  const refused = refusedBySystem(error);
  if (refused !== undefined) {
    tell(refused);
    return exitCode.host;
  }
  if (isStoreComplaint(error)) {
    tell(storeText(error).join('\n'));
    return exitCode.state;
  }
  const { stack } = error instanceof Error ? error : { stack: String(error) };
  tell(
    `This is a mistake in lab itself. Please report it with the lines below; what was recorded is safe, and \`npx lab resume\` goes on.\n\n${stack}`,
  );
  return exitCode.bug;
};

/** What a text is made of may hold secrets, such as a value in a message of the system. */
const tell = (text: string): void => {
  process.stderr.write(`${offScreen(text)}\n`);
};

// A terminal that was closed while the program ran: its end is then that of its signal. Node would abort, for it can't put the
// settings of a terminal back that is not there any more.

const terminals = [0, 1, 2].filter((fd) => isatty(fd));

/** Ends the process at once if its terminal is gone; a shell sees 129 then, as it does for a polite end. */
const endWithTerminal = (): void => {
  if (terminals.every((fd) => isatty(fd))) return;
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
};

/** Undefined for everything else. */
const refusedBySystem = (error: unknown): string | undefined => {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === 'EMFILE' || code === 'ENFILE')
    return `Too many files are open (${code}), so lab can't read even its own.\nTo go on: raise the limit (ulimit -n 1024), then run the same command again. What was recorded is safe.`;
  if (syscall === 'uv_cwd')
    return 'The folder this was called in does not exist any more.\nTo go on: go to your project with cd, then run the same command again.';
  return undefined;
};
