// The command line as commander reads it and tells of it: every way to write an option, help, and what is wrong.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { exitCode } from '../exit-code.ts';
import { hintOf } from '../hint.ts';
import type { CommonOptions } from '../options.ts';
import { version } from '../version-of-lab.ts';
import { declareOne, groups, withFolders } from './commands.ts';
import type { Asked, Declared, Define } from './declared.ts';

/** Where to begin, below the list of commands. */
const beginning = `
Begin with:
    npx lab list            # which variants there are, and which can run here
    npx lab run deploy      # build the lab
    npx lab resume          # go on after any failure, Ctrl-C or crash
    npx lab run teardown    # take it away again

npx lab COMMAND --help tells all of a command, with examples and exit codes.`;

/** What is asked for; an exit code when all has been said. */
export const readFully = async (argv: readonly string[]): Promise<Asked | number> => {
  let asked: Asked | undefined;
  const program = createProgram((command) => {
    asked = command;
  }, argv[0]);
  if (argv.length === 0) {
    program.outputHelp();
    return exitCode.usage;
  }
  try {
    await program.parseAsync(argv as string[], { from: 'user' });
    return asked ?? exitCode.ok;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.unknownCommand') await tellMeant(program.args[0]);
    return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  }
};

/** Whoever types a workflow for a command is told how it is run. */
const tellMeant = async (word = ''): Promise<void> => {
  const { meantWorkflow } = await import('../meant-workflow.ts');
  const workflow = meantWorkflow(word, process.cwd());
  if (workflow !== undefined) process.stderr.write(`To run the workflow ${workflow}: npx lab run ${workflow}\n`);
};

/** Builds the command line; `ask` gets the command that was asked for. With `wanted`, a command there is, only that one is made. */
export const createProgram = (ask: (command: Asked) => void, wanted = ''): Command => {
  const program = createRoot();
  declareOne(wanted, maker(program, ask));
  if (program.commands.length > 0) return program;
  for (const [title, add] of groups) {
    program.commandsGroup(title);
    add(maker(program, ask));
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

const createRoot = (): Command => {
  const root = new Command('lab')
    .description(
      'Runs workflows whose steps prove themselves, and carries on from exactly the right place after any failure.',
    )
    .version(version, '-V, --version')
    .showSuggestionAfterError()
    .exitOverride()
    // As wide on every screen: the build keeps these texts, so that asking for one loads nothing.
    .configureOutput({ getOutHelpWidth: () => 80 })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', beginning);
  withFolders(declaring(root));
  return root;
};

const maker =
  (program: Command, ask: (command: Asked) => void): Define =>
  (spec, summary, load) =>
    declaring(
      program
        .command(spec)
        .summary(summary)
        .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
        .action((...all: unknown[]) => {
          const self = all.at(-1) as Command;
          ask({ load, operands: all.slice(0, -2), options: self.optsWithGlobals<CommonOptions>() });
        }),
    );

const declaring = (command: Command): Declared => {
  const declared: Declared = {
    option(flags, description, parse) {
      if (parse) command.option(flags, description, parse);
      else command.option(flags, description);
      return declared;
    },
    requiredOption(flags, description) {
      command.requiredOption(flags, description);
      return declared;
    },
    choice(flags, description, words) {
      command.addOption(choice(flags, description, words));
      return declared;
    },
    addHelpText(place, text) {
      command.addHelpText(place, text);
      return declared;
    },
  };
  return declared;
};

/** Another word than those is answered with the nearest. */
const choice = (flags: string, description: string, words: readonly [string, ...string[]]): Option =>
  new Option(flags, description)
    .choices(words)
    .default(words[0])
    .argParser((value) => {
      if (words.includes(value)) return value;
      throw new InvalidArgumentError(hintOf(value, words));
    });
