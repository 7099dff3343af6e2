// Parses the command line, lets the one command asked for run, turns every end into an exit code. The commands themselves are
// listed in program/.
import { CommanderError } from 'commander';
import { isStoreComplaint, storeText } from '../view/store-wording.ts';
import { CliError, exitCode } from './exit-code.ts';
import { createProgram } from './program/program.ts';
import { refusedBySystem } from './refused-by-system.ts';

/** Resolves with the exit code. */
export const runCommandLine = async (argv: readonly string[]): Promise<number> => {
  let code: number = exitCode.ok;
  const program = createProgram((ended) => {
    code = ended;
  }, argv[0]);
  try {
    if (argv.length === 0) {
      program.outputHelp();
      return exitCode.usage;
    }
    await program.parseAsync(argv as string[], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.code === 'commander.unknownCommand') await tellMeant(program.args[0]);
    return explain(error);
  }
};

/**
 * Of all commands that help tells of, in its order; the build asks for them.
 * @public
 */
export const commandNames = (): readonly string[] => createProgram(() => {}).commands.map((command) => command.name());

/** Whoever types a workflow for a command is told how it is run. */
const tellMeant = async (word = ''): Promise<void> => {
  const { meantWorkflow } = await import('./meant-workflow.ts');
  const workflow = meantWorkflow(word, process.cwd());
  if (workflow !== undefined) process.stderr.write(`To run the workflow ${workflow}: npx lab run ${workflow}\n`);
};

/** Words for the person, and the exit code. */
const explain = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
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
