// Reads the command line, lets the one command asked for run, turns every end into an exit code. The commands themselves are
// listed in program/.

import { CliError, exitCode } from '../project/exit-code.ts';
import { offScreen } from '../project/off-screen.ts';
import { asCalled } from '../session/call-lab.ts';
import { isStoreComplaint, storeText } from '../view/store-wording.ts';
import { type Asked, readWords } from './program/program.ts';
import { refusedBySystem } from './refused-by-system.ts';

/** Resolves with the exit code. */
export const runCommandLine = async (argv: readonly string[]): Promise<number> => {
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
