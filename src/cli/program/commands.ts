// All commands, in the order help tells them in.
import type { Declared, Define } from './declared.ts';
import { evidenceCommands } from './evidence-commands.ts';
import { lookCommands } from './look-commands.ts';
import { makeCommands } from './make-commands.ts';
import { pageCommands } from './page-commands.ts';
import { runCommands } from './run-commands.ts';

export const groups: readonly (readonly [title: string, add: (define: Define) => void])[] = [
  ['Change the lab:', runCommands],
  ['Look, and write nothing:', lookCommands],
  ['Make files:', makeCommands],
  ['Show a run as a page:', pageCommands],
  ['Prove and pass on:', evidenceCommands],
];

/** Stands for a command that nobody asked for. */
const nothing: Declared = {
  option: () => nothing,
  requiredOption: () => nothing,
  choice: () => nothing,
  addHelpText: () => nothing,
};

/** Declares the command of that name, when there is one: making all thirty takes longer than reading the words for one. */
export const declareOne = (name: string, define: Define): void => {
  for (const [, add] of groups) add((spec, ...rest) => (spec.split(' ')[0] === name ? define(spec, ...rest) : nothing));
};

/** Options that may stand with any command. */
export const withFolders = (command: Declared): Declared =>
  command
    .option('--project <dir>', 'the project, instead of the nearest folder upwards with workflows/')
    .option('--state-dir <dir>', 'where state is kept (also LAB_STATE_DIR; default: state/ in the project)');
