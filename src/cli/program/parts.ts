// What several commands share: how one is declared, groups of options, the examples and exit codes below each help text.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { hintOf } from '../../parse/nearest.ts';

/** Takes the operands in order, and what the options say last. */
// biome-ignore lint/suspicious/noExplicitAny: each command has operands of its own, and declares them in its spec
export type Action = (...args: any[]) => Promise<number>;

/** Adds a command that loads its code when it is called; `spec` is its name and its operands, as in `logs [run] [step]`. */
export type Define = (spec: string, summary: string, load: () => Promise<Action>) => Command;

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** A comma, but for those in the key of a child. */
const betweenSteps = /,(?![^[\]]*\])/;

/** Steps between commas. */
export const list = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...value
    .split(betweenSteps)
    .map((each) => each.trim())
    .filter((each) => each !== ''),
];

export const withVariant = (command: Command): Command =>
  command.option('--variant <name>', 'the variant (default: the deployed one, else the first this host can run)');

export const withInputs = (command: Command): Command =>
  withVariant(command)
    .option('--set <name=value...>', 'an input; may be given more than once', collect)
    .option('--inputs <file>', 'inputs from a YAML or JSON file; of several the later counts', collect)
    .option('--defaults', 'start from the inputs the files say, not from those of what is deployed');

export const withScope = (command: Command): Command =>
  command
    .option('--only <steps>', 'only these steps (comma separated); the others stay as they are', list)
    .option('--from <step>', 'only this step and what rests on it')
    .option('--until <step>', 'only this step and what it rests on')
    .option('--redo <steps>', 'run these steps again even if they hold', list)
    .option('--assume <steps>', 'take these steps for done without proof; needs --reason', list)
    .option('--reason <text>', 'why --assume may be believed; kept with the run');

/** Of a command that runs something: its events. */
export const withRunOutput = (command: Command): Command =>
  command
    .option('--json', 'one JSON event per line')
    .option('--quiet', 'only failures and the end')
    .option('--no-tty', 'lines instead of a drawing');

/** Of a command that looks: its document. */
export const withJson = (command: Command): Command => command.option('--json', 'one JSON document (docs/commands.md)');

const meanings: Readonly<Record<number, string>> = {
  0: 'all well',
  1: 'a step failed, or does not hold',
  2: 'the command line is wrong',
  3: 'a workflow or variant file is wrong',
  4: 'the host lacks something',
  5: 'the state is locked or unreadable',
  6: 'nothing to resume',
};

/** Ends a command's help with examples and the exit codes it can have; 70 and 128+n can be those of any. */
export const withExamples = (command: Command, examples: readonly string[], codes: readonly number[]): Command =>
  command.addHelpText(
    'after',
    [
      '',
      'Examples:',
      ...examples.map((line) => `  npx ${line}`),
      '',
      'Exit codes:',
      ...codes.map((code) => `  ${String(code).padEnd(5)}  ${meanings[code] ?? ''}`),
      '  70     a bug of lab itself',
      '  128+n  stopped by signal n',
    ].join('\n'),
  );

/** An option that takes one of a few words, the first without it; another is answered with the nearest. */
export const choice = (flags: string, description: string, words: readonly [string, ...string[]]): Option =>
  new Option(flags, description)
    .choices(words)
    .default(words[0])
    .argParser((value) => {
      if (words.includes(value)) return value;
      throw new InvalidArgumentError(hintOf(value, words));
    });
