// Writing to the terminal from commands that only look.
import type { Drawing } from '../view/snippet.ts';

/** How wide the screen is and whether colours are welcome; what goes to a file or a pipe is not cut to any width. */
export const screen = (): Required<Drawing> => ({
  columns: process.stdout.isTTY === true ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY,
  color: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb',
});

export const print = (text: string): void => {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
};

export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));
