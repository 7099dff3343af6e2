// Text on a terminal: its width, its colours, its lines, and nothing in it that acts.
import { stripVTControlCharacters, styleText } from 'node:util';

/** The text without anything that could move the cursor, set a title or reorder what is read; tabs become spaces, newlines stay. */
export const cleanText = (text: string): string => (isPlain(text) ? text : cleaned(text));

const cleaned = (text: string): string =>
  stripVTControlCharacters(withoutStrings(text))
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replaceAll('\t', '    ')
    // Control characters but newline; marks that reorder text or hide in it.
    .replace(/(?!\n)[\p{Cc}\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff]/gu, '');

/**
 * Without DCS, SOS, PM, APC and OSC strings and their payload, which stripVTControlCharacters leaves behind in part; that of Node 24 also
 * looks for the end of each to the end of the text. As on a terminal, any escape ends one.
 */
const withoutStrings = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  text.replace(/(?:\x1b[PX^_\]]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?/g, '');

/** The same for what must fit on one line; of text that was overprinted with carriage returns the last print. */
export const cleanLine = (text: string): string => {
  if (isPlain(text)) return text;
  const printed = text.replace(/[\r\n]+$/, '').split(/[\r\n]/);
  return cleanText(printed[printed.length - 1] ?? '');
};

/** A reason, message or other sentence on one line: its lines as one, so that a sentence stays a sentence. */
export const oneLine = (text: string): string =>
  isPlain(text)
    ? text.trim()
    : cleanText(text)
        .trim()
        .replace(/\s*\n\s*/g, '; ');

/**
 * A name or address on one line, the same wherever it is shown: what a terminal would act on, and ends of lines, stand there as `\n` or
 * `\u001b`.
 */
export const cleanName = (text: string): string =>
  isPlain(text) ? text : cleanText(text.replace(/[\p{Cc}\u2028\u2029]/gu, escaped));

const escaped = (character: string): string => {
  const short = JSON.stringify(character).slice(1, -1);
  return short === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : short;
};

/** A whole screen as it is written out: nothing in it commands the terminal but colours and tabs. */
export const cleanScreen = (text: string): string =>
  /^[ -~\n]*$/.test(text)
    ? text
    : text
        .split(colours)
        .map((part, at) => (at % 2 === 1 ? part : cleanText(part)))
        .join('');

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is let through
const colours = /(\x1b\[[\d;]*m|\t)/;

/** The columns a terminal needs for text without control characters. */
export const textWidth = (text: string): number => {
  if (isPlain(text)) return text.length;
  let columns = 0;
  for (const { segment } of graphemesOf(stripVTControlCharacters(text))) columns += graphemeWidth(segment);
  return columns;
};

/** At most so many columns, an ellipsis at the end when something was cut off. */
export const truncate = (text: string, columns: number): string => {
  if (columns <= 0) return '';
  if (text.length <= columns && isPlain(text)) return text;
  if (textWidth(text) <= columns) return text;
  let kept = '';
  let used = 0;
  // No grapheme needs more than 32 units in sane text; a longer one is cut, so that a hostile line costs little.
  for (const { segment } of graphemesOf(text.slice(0, columns * 32))) {
    const next = graphemeWidth(segment);
    if (used + next > columns - 1) break;
    kept += segment;
    used += next;
  }
  return `${kept}…`;
};

const plain = /^[ -~]*$/;
const isPlain = (text: string): boolean => plain.test(text);

let segmenter: Intl.Segmenter | undefined;
/** Made for the first text that is not plain: the tables behind it take 10 ms to load, a third of a short run. */
const graphemesOf = (text: string): Intl.Segments => {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
};

/** Tested in place, as every expression here: one with Unicode classes takes a good part of a millisecond to make. */
const isWide = (grapheme: string): boolean =>
  /^(?![\uff61-\uffdc])(?:\p{Emoji_Presentation}|\p{Regional_Indicator}|[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}\p{sc=Yi}]|[\u3000-\u303e\u30fb\u30fc\uff01-\uff60\uffe0-\uffe6]|.\ufe0f)/u.test(
    grapheme,
  );

const graphemeWidth = (grapheme: string): number => {
  if (isWide(grapheme)) return 2;
  return /^[\p{M}\p{Cf}\p{Cc}]/u.test(grapheme) ? 0 : 1;
};

export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  /** What runs. */
  live(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
}

/** Roles as colours, or as the bare text when colour is not wanted. */
export const createPaint = (color: boolean): Paint => {
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    color && text !== '' ? styleText(format, text, { validateStream: false }) : text;
  return {
    good: style('green'),
    bad: style('red'),
    warn: style('yellow'),
    live: style('cyan'),
    dim: style('dim'),
    strong: style('bold'),
  };
};

/** A word that is wider than the screen stays whole: it may be something to copy. */
export const wrap = (text: string, columns: number): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
};
