// The command line as commander reads it: all commands, their options and help, and what is wrong with the words of a call.
import { Command, CommanderError } from 'commander';
import { exitCode } from '../../project/exit-code.ts';
import type { CommonOptions } from '../../project/options.ts';
import { version } from '../../project/version-of-lab.ts';
import { lookCommands } from './look-commands.ts';
import { evidenceCommands, makeCommands, pageCommands } from './other-commands.ts';
import type { Action, Define } from './parts.ts';
import { runCommands } from './run-commands.ts';

/** A command that was asked for. */
export interface Asked {
  readonly load: () => Promise<Action>;
  readonly operands: readonly unknown[];
  readonly options: CommonOptions;
}

/** In the order help tells them in. */
const groups: readonly (readonly [title: string, add: (define: Define) => void])[] = [
  ['Change the lab:', runCommands],
  ['Look, and write nothing:', lookCommands],
  ['Make files:', makeCommands],
  ['Show a run as a page:', pageCommands],
  ['Prove and pass on:', evidenceCommands],
];

/** Where to begin, below the list of commands. */
const beginning = `
Begin with:
    npx lab list            # which variants there are, and which can run here
    npx lab run deploy      # build the lab
    npx lab resume          # go on after any failure, Ctrl-C or crash
    npx lab run teardown    # take it away again

npx lab COMMAND --help tells all of a command, with examples and exit codes.`;

/** What is asked for; an exit code when all has been said. */
export const readWords = async (argv: readonly string[]): Promise<Asked | number> => {
  let asked: Asked | undefined;
  const program = createProgram((command) => {
    asked = command;
  });
  if (argv.length === 0) {
    program.outputHelp();
    return exitCode.usage;
  }
  try {
    await program.parseAsync([...withCommandApart(argv)], { from: 'user' });
    return asked ?? exitCode.ok;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.unknownCommand') await tellMeant(program.args[0]);
    return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  }
};

/** Of `exec` all that follows the command's own name is the command's, as `docker exec` has it: no `--` is needed before it. */
export const withCommandApart = (argv: readonly string[]): readonly string[] => {
  if (argv[0] !== 'exec' || argv.includes('--')) return argv;
  let operands = 0;
  for (let at = 1; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word.startsWith('-')) {
      if (/^--(project|state-dir|variant|set|inputs)$/.test(word)) at += 1;
    } else if (++operands === 2) return [...argv.slice(0, at), '--', ...argv.slice(at)];
  }
  return argv;
};

/** Whoever types a workflow for a command is told how it is run. */
const tellMeant = async (word = ''): Promise<void> => {
  const { meantWorkflow } = await import('./meant-workflow.ts');
  const workflow = meantWorkflow(word, process.cwd());
  if (workflow !== undefined) process.stderr.write(`To run the workflow ${workflow}: npx lab run ${workflow}\n`);
};

/** Builds the command line; `ask` gets the command that was asked for. */
export const createProgram = (ask: (command: Asked) => void): Command => {
  const program = new Command('lab')
    .description(
      'Runs workflows whose steps prove themselves, and carries on from exactly the right place after any failure.',
    )
    .version(version, '-V, --version')
    .option('--project <dir>', 'the project, instead of the nearest folder upwards with workflows/')
    .option('--state-dir <dir>', 'where state is kept (also LAB_STATE_DIR; default: state/ in the project)')
    .showSuggestionAfterError()
    .exitOverride()
    // As wide on every screen, so that examples in the documentation are what people see.
    .configureOutput({ getOutHelpWidth: () => 80 })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', beginning);
  for (const [title, add] of groups) {
    program.commandsGroup(title);
    add(definer(program, ask));
  }
  program.commandsGroup('Help:').helpCommand('help [command]', 'tell all of a command');
  program.command('__complete [words...]', { hidden: true }).action((words: string[]) =>
    ask({
      load: async () => (await import('../commands/complete.ts')).completeCommand,
      operands: [words, createProgram(() => {})],
      options: {},
    }),
  );
  return program;
};

const definer =
  (program: Command, ask: (command: Asked) => void): Define =>
  (spec, summary, load) =>
    program
      .command(spec)
      .summary(summary)
      .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
      .action((...all: unknown[]) => {
        const self = all.at(-1) as Command;
        ask({ load, operands: all.slice(0, -2), options: self.optsWithGlobals<CommonOptions>() });
      });
