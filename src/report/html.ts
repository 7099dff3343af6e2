// Makes HTML in which every value is text. Only what this file made itself, or the program's own assets, goes in as it is.

/** HTML that is safe to put into a page. */
export interface Html {
  readonly html: string;
}

type Value = string | number | undefined | false | Html | readonly Html[];

/** A template whose values are escaped, for content and for attributes in double quotes. */
export const html = (parts: TemplateStringsArray, ...values: readonly Value[]): Html => {
  let text = parts[0] ?? '';
  for (let at = 0; at < values.length; at += 1) text += render(values[at]) + (parts[at + 1] ?? '');
  return { html: text };
};

/** The program's own markup, script or style. Never for anything that came from a run. */
export const trusted = (text: string): Html => ({ html: text });

export const joined = (parts: readonly Html[], between = ''): Html => ({
  html: parts.map((part) => part.html).join(between),
});

const render = (value: Value): string => {
  if (value === undefined || value === false) return '';
  if (typeof value === 'string') return escapeText(value);
  if (typeof value === 'number') return String(value);
  if ('html' in value) return value.html;
  return value.map((part) => part.html).join('');
};

const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Control characters, and marks that reorder text or hide in it: what is read shall be what is there. */
const hidden =
  /(?![\t\n])[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/gu;

/** Works for HTML and XML alike. */
export const escapeText = (text: string): string =>
  text.replace(hidden, '\ufffd').replace(/[&<>"']/g, (character) => names[character] ?? '');
