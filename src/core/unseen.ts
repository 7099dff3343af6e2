// What a terminal does not show of a text, or what is taken out before anything is shown: a secret may be coloured in its middle, and
// is one for all who look at it.

/** A text without what is not seen, and from where in it each character comes. */
export interface Visible {
  readonly text: string;
  /** Where the character at this place (or the end) stands in the whole text. */
  origin(at: number): number;
}

/** Long enough for links and titles; a longer string of control is taken for text. */
const mostPayload = 2048;
const strings = `[PX^_\\]][^\\x07\\x1b\\n]{0,${mostPayload}}`;
const sequences = `\\x1b(?:${strings}(?:\\x07|\\x1b\\\\)?|\\[[0-?]*[ -/]*[@-~]|[ -/]*[0-~])`;
const cutOff = `\\x1b(?:${strings}\\x1b?|\\[[0-?]*[ -/]*|[ -/]*)$`;
/** Control characters but the ends of lines and tabs, which may belong to a secret. */
const controls = '[\\0-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]';

const inText = new RegExp(
  `${cutOff}|${sequences}|${controls}|[\\x80-\\x9f\\u061c\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff]`,
  'g',
);
/** The beginning of what `inBytes` looks for. */
const cutCharacter = '(?:\\xc2|\\xd8|\\xe2[\\x80\\x81]?|\\xef\\xbb?)$';
/** The same where each byte of UTF-8 is one character. */
const inBytes = new RegExp(
  `${cutOff}|${cutCharacter}|${sequences}|${controls}|\\xc2[\\x80-\\x9f]|\\xd8\\x9c|\\xe2\\x80[\\x8b\\x8e\\x8f\\xaa-\\xae]|\\xe2\\x81[\\xa0-\\xa9]|\\xef\\xbb\\xbf`,
  'g',
);

/** Undefined when all of it is seen. */
export const visible = (text: string, kind: 'text' | 'bytes'): Visible | undefined => {
  const starts: number[] = [];
  const removed: number[] = [];
  let seen = '';
  let at = 0;
  let total = 0;
  for (const { index, 0: hidden } of text.matchAll(kind === 'text' ? inText : inBytes)) {
    seen += text.slice(at, index);
    at = index + hidden.length;
    total += hidden.length;
    starts.push(seen.length);
    removed.push(total);
  }
  if (total === 0) return undefined;
  return { text: seen + text.slice(at), origin: (place) => place + removedBefore(place, { starts, removed }) };
};

/** How much was taken out in front of a visible character; what stands directly before it counts. */
const removedBefore = (
  place: number,
  { starts, removed }: { readonly starts: readonly number[]; readonly removed: readonly number[] },
): number => {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return removed[low - 1] ?? 0;
};
