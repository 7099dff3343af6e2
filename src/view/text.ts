// Makes foreign text safe and fitting for one line of a terminal. What a step prints may hold anything; here it becomes text.
import { stripVTControlCharacters } from 'node:util';

const esc = String.fromCharCode(0x1b);
const bell = String.fromCharCode(0x07);
/** DCS, SOS, PM, APC and OSC strings with their payload, which stripVTControlCharacters leaves behind in part. */
const strings = new RegExp(
  String.raw`(?:${esc}[PX^_\]]|[\x90\x98\x9d\x9e\x9f])[^${bell}${esc}\x9c]*(?:${bell}|${esc}\\|\x9c|$)`,
  'g',
);
/** Control characters but tab and newline; marks that reorder text or hide in it. */
const unsafe = /(?![\t\n])[\p{Cc}\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/** The text without anything that could move the cursor, set a title or reorder what is read; tabs become spaces, newlines stay. */
export const cleanText = (text: string): string => {
  if (isPlain(text)) return text;
  const bare = stripVTControlCharacters(text.replace(strings, ''));
  return bare
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replaceAll('\t', '    ')
    .replace(unsafe, '');
};

/** The same for what must fit on one line; of text that was overprinted with carriage returns the last print. */
export const cleanLine = (text: string): string => {
  const printed = text.replace(/[\r\n]+$/, '').split(/[\r\n]/);
  return cleanText(printed[printed.length - 1] ?? '');
};

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

const isPlain = (text: string): boolean => /^[ -~]*$/.test(text);

let segmenter: Intl.Segmenter | undefined;
/** Made for the first text that is not plain: the tables behind it take 10 ms to load, a third of a short run. */
const graphemesOf = (text: string): Intl.Segments => {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
};

const wide =
  /^(?![\uff61-\uffdc])(?:\p{Emoji_Presentation}|\p{Regional_Indicator}|[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}\p{sc=Yi}]|[\u3000-\u303e\u30fb\u30fc\uff01-\uff60\uffe0-\uffe6]|.\ufe0f)/u;

const graphemeWidth = (grapheme: string): number => {
  if (wide.test(grapheme)) return 2;
  return /^[\p{M}\p{Cf}\p{Cc}]/u.test(grapheme) ? 0 : 1;
};
