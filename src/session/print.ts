// What is written to the terminal: by commands that look, by runs line by line, and what becomes of the process when nobody can read it.
import { quoteCommand } from '../core/quote.ts';
import { exitCode } from '../project/exit-code.ts';
import type { CommonOptions } from '../project/options.ts';
import type { Drawing } from '../view/snippet.ts';
import { cleanScreen } from '../view/text.ts';
import { type Output, safeJson } from '../view/view.ts';

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

interface Gathered extends Output {
  flush(): void;
}

/** Nothing is lost when the process exits meanwhile. */
export const gather = (out: Output): Gathered => {
  let texts: string[] = [];
  let scheduled: NodeJS.Immediate | undefined;
  const flush = (): void => {
    clearImmediate(scheduled);
    scheduled = undefined;
    process.off('exit', flush);
    if (texts.length > 0) out.write(texts.join(''));
    texts = [];
  };
  return {
    write(text) {
      texts.push(text);
      if (scheduled) return;
      scheduled = setImmediate(flush);
      process.on('exit', flush);
    },
    flush,
  };
};

// What becomes of the process when what it says can't be said. A reader that went away, as in `lab logs | head`, or a terminal that
// was closed, is no error; a full disk behind `>` is one. A run goes on unseen in any case: its journal has all of it.

let working = false;

/** From now on nobody's reading decides when the process ends. */
export const goOnUnseen = (): void => {
  working = true;
};

/** The reader of a pipe is gone; the terminal is. */
const nobodyReads = new Set(['EPIPE', 'EIO', 'ENXIO', 'ERR_STREAM_DESTROYED']);

export const listenToBrokenOutput = (): void => {
  let told = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (nobodyReads.has(error.code ?? '')) return leave(exitCode.ok);
    if (told) return; // a file refuses each line anew
    told = true;
    process.stderr.write(
      `The output can't be written: ${error.message}.\n${working ? 'The run goes on; its journal has all of it: npx lab logs\n' : ''}`,
    );
    leave(exitCode.host);
  });
  // There is no place left to say that nothing can be said.
  process.stderr.on('error', () => leave(exitCode.host));
};

const leave = (code: number): void => {
  if (!working) process.exit(code);
};

/** `npx lab`, with the options that name project and state folder when they were given. */
export const labCall = ({ project, stateDir }: CommonOptions): string =>
  quoteCommand([
    ...['npx', 'lab'],
    ...(project === undefined ? [] : ['--project', project]),
    ...(stateDir === undefined ? [] : ['--state-dir', stateDir]),
  ]);

/** The text with every `npx lab COMMAND` in it as the person has to type it; one that names its folders already stays. */
export const asCalled = (text: string, options: CommonOptions): string =>
  text.replace(/\bnpx lab(?= [a-z])(?![^\n]*--(?:project|state-dir)\b)/g, () => labCall(options));
