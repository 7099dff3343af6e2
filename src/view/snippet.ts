// A mistake in a file as a person finds it at once: place, line, a caret under the token, what was expected, what to write.
import type { Diagnostic } from '../core/diagnostic.ts';
import { cleanText, createPaint, textWidth } from './text.ts';

export interface Drawing {
  readonly color?: boolean;
  /** Of the screen. */
  readonly columns?: number;
}

export const formatDiagnostic = (mistake: Diagnostic, { color = false, columns = 100 }: Drawing = {}): string => {
  const { code, file, line, column, message, expected, hint, related = [] } = mistake;
  const paint = createPaint(color);
  const gutter = String(line).length;
  const { text, caret } = window(mistake, Math.max(20, columns - gutter - 4));
  const bar = paint.dim(`${' '.repeat(gutter)} |`);
  return [
    `${paint.strong(cleanText(`${file}:${line}:${column}`))}: ${paint.bad('error')}: ${cleanText(message)} ${paint.dim(`[${code}]`)}`,
    `${paint.dim(`${line} |`)} ${text}`,
    `${bar} ${paint.bad(caret)}`,
    ...(expected === undefined ? [] : [`${bar} expected: ${cleanText(expected)}`]),
    ...(hint === undefined ? [] : [`${bar} ${paint.good('hint')}: ${cleanText(hint)}`]),
    ...related.map((each) => `${bar} see ${cleanText(`${each.file}:${each.line}:${each.column}: ${each.message}`)}`),
  ].join('\n');
};

/** All mistakes with their count; nothing for none. */
export const formatDiagnostics = (mistakes: readonly Diagnostic[], drawing: Drawing = {}): string => {
  if (mistakes.length === 0) return '';
  const shown = mistakes.map((each) => formatDiagnostic(each, drawing)).join('\n\n');
  const count = mistakes.length === 1 ? '1 mistake' : `${mistakes.length} mistakes`;
  return `${shown}\n\n${count}; nothing was run.`;
};

/** The line, cut around the token when it is longer than the screen, and the carets below it. */
const window = (
  { sourceLine, column, length }: Diagnostic,
  columns: number,
): { readonly text: string; readonly caret: string } => {
  const start = Math.min(column - 1, sourceLine.length);
  const from = sourceLine.length <= columns || start < columns * 0.75 ? 0 : start - Math.floor(columns / 2);
  const before = `${from > 0 ? '…' : ''}${cleanText(sourceLine.slice(from, start))}`;
  const room = Math.max(1, columns - textWidth(before) - 1);
  const rest = cleanText(sourceLine.slice(start, start + room));
  const cut = start + room < sourceLine.length ? '…' : '';
  const token = Math.max(1, Math.min(room, textWidth(cleanText(sourceLine.slice(start, start + length)))));
  return { text: `${before}${rest}${cut}`, caret: `${' '.repeat(textWidth(before))}${'^'.repeat(token)}` };
};
