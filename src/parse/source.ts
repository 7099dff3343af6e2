// Where in a file something stands: lines, columns, and places within a text.
import { LineCounter, type Scalar } from 'yaml';
import type { Diagnostic, Related } from '../core/diagnostic.ts';

export interface Source {
  /** Relative to the project. */
  readonly file: string;
  readonly text: string;
  readonly lines: LineCounter;
}

/** A stretch of a source, by offset. */
export interface Place {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export const createSource = (file: string, text: string): Source => {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  return { file, text, lines };
};

export const positionOf = ({ source, start }: Place): Position => {
  const { line, col } = source.lines.linePos(Math.max(0, Math.min(start, source.text.length)));
  return { file: source.file, line, column: Math.max(1, col) };
};

export type Finding = Pick<Diagnostic, 'code' | 'message'> & {
  readonly expected?: string | undefined;
  readonly hint?: string | undefined;
  readonly related?: readonly (Place & { readonly message: string })[];
};

export type Report = (place: Place, finding: Finding) => void;

/** The finding at its place; the caret ends with the line at the latest. */
export const diagnosticAt = (place: Place, { code, message, expected, hint, related }: Finding): Diagnostic => {
  const { file, line, column } = positionOf(place);
  const sourceLine = lineText(place.source, line);
  const length = Math.max(0, Math.min(place.end - place.start, sourceLine.length - column + 1));
  return {
    code,
    file,
    line,
    column,
    length,
    sourceLine,
    message,
    ...(expected === undefined ? {} : { expected }),
    ...(hint === undefined ? {} : { hint }),
    ...(related === undefined || related.length === 0 ? {} : { related: related.map(relatedAt) }),
  };
};

const relatedAt = (place: Place & { readonly message: string }): Related => ({
  ...positionOf(place),
  message: place.message,
});

const lineText = ({ text, lines }: Source, line: number): string => {
  const start = lines.lineStarts[line - 1] ?? 0;
  const next = lines.lineStarts[line] ?? text.length + 1;
  return text
    .slice(start, next - 1)
    .replace(/\r$/, '')
    .replace(/^\uFEFF/, ' ');
};

type Style = Scalar.Type | undefined;

/** The offset in `text` of the value's character `at`; `start` and `end` are the scalar's range in the text. */
export const scalarOffset = (
  { text, start, end, style }: { text: string; start: number; end: number; style: Style },
  value: string,
  at: number,
): number => {
  const raw = text.slice(start, end);
  if (style === 'BLOCK_LITERAL' || style === 'BLOCK_FOLDED') return start + inBlock(raw, value, at);
  if (style === 'QUOTE_DOUBLE') return start + inFlow(raw, { at, from: 1, next: afterDoubleQuoted });
  if (style === 'QUOTE_SINGLE') return start + inFlow(raw, { at, from: 1, next: afterSingleQuoted });
  return start + inFlow(raw, { at, from: 0, next: (_, index) => index + 1 });
};

type Next = (raw: string, index: number) => number;

/** Walks the raw text; each step of it is one character of the value, except for line breaks, which fold. */
const inFlow = (raw: string, { at, from, next }: { at: number; from: number; next: Next }): number => {
  let index = from;
  for (let seen = 0; ; ) {
    // An escaped line break yields no character.
    if (next === afterDoubleQuoted) index += escapedBreak(raw, index);
    if (seen >= at || index >= raw.length) return Math.min(index, raw.length);
    const fold = /^[ \t]*\r?\n\s*/.exec(raw.slice(index, index + 2000))?.[0];
    if (fold === undefined) {
      index = next(raw, index);
      seen += 1;
      continue;
    }
    const breaks = fold.split('\n').length - 1;
    seen += Math.max(1, breaks - 1);
    index += fold.length;
  }
};

const escapeLengths: Record<string, number> = { x: 4, u: 6, U: 10 };

const afterDoubleQuoted: Next = (raw, index) =>
  raw[index] === '\\' ? index + (escapeLengths[raw[index + 1] ?? ''] ?? 2) : index + 1;

const afterSingleQuoted: Next = (raw, index) => (raw.startsWith("''", index) ? index + 2 : index + 1);

const escapedBreak = (raw: string, index: number): number =>
  /^\\\r?\n[ \t]*/.exec(raw.slice(index, index + 2000))?.[0].length ?? 0;

/** Line by line: a raw line without its indentation stands in the value, then one break or, where it was folded, one space. */
const inBlock = (raw: string, value: string, at: number): number => {
  let rawAt = raw.indexOf('\n') + 1;
  const indent = blockIndent(raw.slice(rawAt), value);
  for (let valueAt = 0; valueAt <= at && rawAt < raw.length; ) {
    const lineEnd = raw.indexOf('\n', rawAt) === -1 ? raw.length : raw.indexOf('\n', rawAt);
    const line = raw.slice(rawAt, lineEnd).replace(/\r$/, '');
    const content = line.slice(Math.min(indent, line.length));
    const after = valueAt + content.length;
    if (at < after) return rawAt + line.length - content.length + at - valueAt;
    const joint = value[after];
    // A blank line between folded ones stands for the break before it, and has none of its own.
    const ends = joint === '\n' || (joint === ' ' && content !== '');
    if (at === after && ends) return rawAt + line.length;
    valueAt = after + (ends ? 1 : 0);
    rawAt = lineEnd + 1;
  }
  return Math.min(rawAt, raw.length);
};

/** How far the block is indented: the first line with text has that much more in the file than in the value. */
const blockIndent = (body: string, value: string): number => indentOfText(body) - indentOfText(value);

const indentOfText = (text: string): number => /^ */.exec(/^.*\S/m.exec(text)?.[0] ?? '')?.[0].length ?? 0;
