// The command line as a tree of commands: commander parses, and each command loads its own code when it is called.
import { Command } from 'commander';
import { asCalled } from '../call-lab.ts';
import { CliError } from '../exit-code.ts';
import type { CommonOptions } from '../options.ts';
import { version } from '../version-of-lab.ts';
import { evidenceCommands } from './evidence-commands.ts';
import { lookCommands } from './look-commands.ts';
import { makeCommands } from './make-commands.ts';
import { pageCommands } from './page-commands.ts';
import type { Action, Define } from './parts.ts';
import { runCommands } from './run-commands.ts';

/** Builds the command line; `finish` gets the exit code of the command that ran. */
export const createProgram = (finish: (code: number) => void): Command => {
  const program = new Command('lab')
    .description(
      'Runs workflows whose steps prove themselves, and carries on from exactly the right place after any failure.',
    )
    .version(version, '-V, --version')
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .option('--project <dir>', 'the project, instead of the nearest folder upwards with workflows/')
    .option('--state-dir <dir>', 'where state is kept (also LAB_STATE_DIR; default: state/ in the project)');
  const define = (spec: string, summary: string, load: () => Promise<Action>): Command =>
    program
      .command(spec)
      .summary(summary)
      .description(summary)
      .action(async (...all: unknown[]) => {
        const self = all.at(-1) as Command;
        const action = (await load()) as (...args: unknown[]) => Promise<number>;
        const options = self.optsWithGlobals<CommonOptions>();
        try {
          finish(await action(...all.slice(0, -2), options));
        } catch (error) {
          if (!(error instanceof CliError)) throw error;
          throw new CliError(error.code, asCalled(error.message, options), error.cause);
        }
      });
  for (const add of [runCommands, lookCommands, makeCommands, pageCommands, evidenceCommands] satisfies ((
    define: Define,
  ) => void)[])
    add(define);
  program.command('__complete [words...]', { hidden: true }).action(async (words: string[]) => {
    const { completeCommand } = await import('../commands/complete.ts');
    finish(
      await completeCommand(
        words,
        createProgram(() => {}),
      ),
    );
  });
  return program;
};
