// Reads the command line, lets the one command asked for run, turns every end into an exit code. The commands themselves are
// listed in program/.
import { isStoreComplaint, storeText } from '../view/store-wording.ts';
import { asCalled } from './call-lab.ts';
import { CliError, exitCode } from './exit-code.ts';
import type { Asked } from './program/declared.ts';
import { readPlainly } from './program/plain.ts';
import { refusedBySystem } from './refused-by-system.ts';

/** Resolves with the exit code. */
export const runCommandLine = async (argv: readonly string[]): Promise<number> => {
  try {
    const asked = readPlainly(argv) ?? (await (await import('./program/program.ts')).readFully(argv));
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

/**
 * Of all commands that help tells of, in its order; the build asks for them.
 * @public
 */
export const commandNames = async (): Promise<readonly string[]> => {
  const { createProgram } = await import('./program/program.ts');
  return createProgram(() => {}).commands.map((command) => command.name());
};

/** Words for the person, and the exit code. */
const explain = (error: unknown): number => {
  if (error instanceof CliError) {
    process.stderr.write(`${error.message}\n`);
    return error.code;
  }
  const refused = refusedBySystem(error);
  if (refused !== undefined) {
    process.stderr.write(`${refused}\n`);
    return exitCode.host;
  }
  if (isStoreComplaint(error)) {
    process.stderr.write(`${storeText(error).join('\n')}\n`);
    return exitCode.state;
  }
  const { stack } = error instanceof Error ? error : { stack: String(error) };
  process.stderr.write(
    `This is a mistake in lab itself. Please report it with the lines below; what was recorded is safe, and \`npx lab resume\` goes on.\n\n${stack}\n`,
  );
  return exitCode.bug;
};
