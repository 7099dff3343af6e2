// Writing to the terminal from commands that only look.
import { safeJson } from '../view/ndjson.ts';
import type { Drawing } from '../view/snippet.ts';
import { cleanScreen } from '../view/text.ts';

/** How wide the screen is and whether colours are welcome; what goes to a file or a pipe is not cut to any width. */
export const screen = (): Required<Drawing> => ({
  columns: process.stdout.isTTY === true ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY,
  color: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb',
});

export const print = (text: string): void => {
  const shown = cleanScreen(text);
  process.stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`);
};

export const printJson = (value: unknown): void => printBytes(safeJson(value, 2));

/** As it is, for a file or another program. */
export const printBytes = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
