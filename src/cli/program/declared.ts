// How commands are declared, whoever reads the words then; and what reading them comes to.
import type { CommonOptions } from '../options.ts';

/** Takes what the options say last. */
// biome-ignore lint/suspicious/noExplicitAny: each command has operands of its own, and declares them in its spec
export type Action = (...args: any[]) => Promise<number>;

/** Makes the value of an option of the text and of the value before, when the option was given before. */
export type Parse = (value: string, before?: readonly string[]) => readonly string[];

/** Flags, as in `-n, --lines <count>`; each call adds to the command. */
export interface Declared {
  option(flags: string, description: string, parse?: Parse): Declared;
  requiredOption(flags: string, description: string): Declared;
  /** An option that takes one of a few words, the first without it. */
  choice(flags: string, description: string, words: readonly [string, ...string[]]): Declared;
  addHelpText(place: 'after', text: string): Declared;
}

/** Adds a command that loads its code when it is called; `spec` is its name and its operands, as in `logs [run] [step]`. */
export type Define = (spec: string, summary: string, load: () => Promise<Action>) => Declared;

/** A command that was asked for. */
export interface Asked {
  readonly load: () => Promise<Action>;
  readonly operands: readonly unknown[];
  readonly options: CommonOptions;
}
