// Writing to the terminal from commands that only look.
import type { Drawing } from '../view/snippet.ts';

/** How wide the screen is and whether colours are welcome. */
export const screen = (): Required<Drawing> => ({
  columns: process.stdout.columns ?? 100,
  color: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb',
});

export const print = (text: string): void => {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
};

export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));
