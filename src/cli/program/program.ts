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
import type { Define } from './parts.ts';
import { runCommands } from './run-commands.ts';

const groups: readonly (readonly [title: string, add: (define: Define) => void])[] = [
  ['Change the lab:', runCommands],
  ['Look, and write nothing:', lookCommands],
  ['Make files:', makeCommands],
  ['Show a run as a page:', pageCommands],
  ['Prove and pass on:', evidenceCommands],
];

/** Stands for a command that is not made: it takes every option, and does nothing. */
const nothing: Command = new Proxy({} as Command, { get: () => () => nothing });

/** Where to begin, below the list of commands. */
const beginning = `
Begin with:
    npx lab list            # which variants there are, and which can run here
    npx lab run deploy      # build the lab
    npx lab resume          # go on after any failure, Ctrl-C or crash
    npx lab run teardown    # take it away again

npx lab COMMAND --help tells all of a command, with examples and exit codes.`;

/**
 * Builds the command line; `finish` gets the exit code of the command that ran. With `wanted`, a command there is, only that one is
 * made: making all thirty takes longer than parsing the words for one.
 */
export const createProgram = (finish: (code: number) => void, wanted?: string): Command => {
  const program = createRoot();
  const make = maker(program, finish);
  const isWanted = (spec: string): boolean => spec.split(' ')[0] === wanted;
  for (const [, add] of groups) add((spec, ...rest) => (isWanted(spec) ? make(spec, ...rest) : nothing));
  if (program.commands.length > 0) return program;
  for (const [title, add] of groups) {
    program.commandsGroup(title);
    add(make);
  }
  program.commandsGroup('Help:').helpCommand('help [command]', 'tell all of a command');
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

const createRoot = (): Command =>
  new Command('lab')
    .description(
      'Runs workflows whose steps prove themselves, and carries on from exactly the right place after any failure.',
    )
    .version(version, '-V, --version')
    .showSuggestionAfterError()
    .exitOverride()
    // As wide on every screen: the build keeps these texts, so that asking for one loads nothing.
    .configureOutput({ getOutHelpWidth: () => 80 })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', beginning)
    .option('--project <dir>', 'the project, instead of the nearest folder upwards with workflows/')
    .option('--state-dir <dir>', 'where state is kept (also LAB_STATE_DIR; default: state/ in the project)');

const maker =
  (program: Command, finish: (code: number) => void): Define =>
  (spec, summary, load) =>
    program
      .command(spec)
      .summary(summary)
      .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
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
