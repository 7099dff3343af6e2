// What changed between two texts, line by line, as a person knows it from version control.
import { diffArrays } from 'diff';

export interface DiffLine {
  readonly sign: '-' | '+' | ' ' | '…';
  readonly text: string;
}

/** Lines that stayed are shown this far around a change. */
const context = 2;
/** Longer texts are not compared line by line: the work grows with the product of their lengths. */
const longest = 1000;

export const textDiff = (from: string, to: string): readonly DiffLine[] => {
  const [before, after] = [from.split('\n'), to.split('\n')];
  if (before.length > longest || after.length > longest)
    return [
      { sign: '-', text: `(${before.length} lines)` },
      { sign: '+', text: `(${after.length} lines)` },
    ];
  const lines = diffArrays([...before], [...after]).flatMap(({ added, removed, value }) =>
    value.map((text): DiffLine => ({ sign: added ? '+' : removed ? '-' : ' ', text })),
  );
  return withoutFarLines(lines);
};

const withoutFarLines = (lines: readonly DiffLine[]): readonly DiffLine[] => {
  const isNear = (index: number): boolean =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(({ sign }) => sign !== ' ');
  return lines.flatMap((line, index): readonly DiffLine[] => {
    if (isNear(index)) return [line];
    // One mark stands for all that is left out here.
    return index === 0 || isNear(index - 1) ? [{ sign: '…', text: '' }] : [];
  });
};
