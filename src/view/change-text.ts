// What changed in a step's definition, as lines: `with.nodes: 3 -> 5`, and texts of several lines as a diff.
import { cleanLine, cleanText, type Paint, textWidth, wrap } from './text.ts';
import { textDiff } from './text-diff.ts';

export interface Change {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** Nothing is cut off: a change that can't be seen in full can't be agreed to. */
export const changeLines = (change: Change, columns: number, paint: Paint): readonly string[] => {
  const { from, to } = change;
  const name = cleanLine(change.path === '' ? 'the definition' : change.path);
  const head = `${paint.warn('~')} ${name}`;
  if (isLong(from) || isLong(to))
    return [
      `${head}:`,
      ...textDiff(textOf(from), textOf(to)).map(({ sign, text }) => {
        const line = cleanText(`  ${sign} ${text}`).trimEnd();
        return sign === '-' ? paint.bad(line) : sign === '+' ? paint.good(line) : paint.dim(line);
      }),
    ];
  const [old, now] = [cleanLine(textOf(from)), cleanLine(textOf(to))];
  if (textWidth(`~ ${name}: ${old} -> ${now}`) <= columns) return [`${head}: ${old} -> ${now}`];
  const folded = (sign: string, text: string): readonly string[] =>
    wrap(text, columns - 4).map((line, at) => `  ${at === 0 ? sign : ' '} ${line}`);
  return [`${head}:`, ...folded('-', old).map(paint.bad), ...folded('+', now).map(paint.good)];
};

const isLong = (value: unknown): boolean => typeof value === 'string' && value.trimEnd().includes('\n');

const textOf = (value: unknown): string =>
  value === undefined ? '(none)' : typeof value === 'string' ? value.trimEnd() : JSON.stringify(value);
