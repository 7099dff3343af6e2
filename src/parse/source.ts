// A file's text with its lines, and a stretch of it that a diagnostic can point at.
import { LineCounter } from 'yaml';
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
