// What changed between two texts, line by line, as a person knows it from version control.

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
  return withoutFarLines(allLines(before, after));
};

const allLines = (before: readonly string[], after: readonly string[]): readonly DiffLine[] => {
  const common = commonLengths(before, after);
  const lines: DiffLine[] = [];
  let [old, now] = [0, 0];
  while (old < before.length || now < after.length) {
    const [left, right] = [before[old], after[now]];
    if (left !== undefined && left === right) {
      lines.push({ sign: ' ', text: left });
      old += 1;
      now += 1;
    } else if (left !== undefined && (right === undefined || at(common, old + 1, now) >= at(common, old, now + 1))) {
      lines.push({ sign: '-', text: left });
      old += 1;
    } else {
      lines.push({ sign: '+', text: right ?? '' });
      now += 1;
    }
  }
  return lines;
};

/** At `[i][j]` how many lines the rests from there have in common, in order. */
const commonLengths = (before: readonly string[], after: readonly string[]): readonly Uint16Array[] => {
  const table = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i -= 1)
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const length =
        before[i] === after[j] ? at(table, i + 1, j + 1) + 1 : Math.max(at(table, i + 1, j), at(table, i, j + 1));
      (table[i] as Uint16Array)[j] = length;
    }
  return table;
};

const at = (table: readonly Uint16Array[], i: number, j: number): number => table[i]?.[j] ?? 0;

const withoutFarLines = (lines: readonly DiffLine[]): readonly DiffLine[] => {
  const isNear = (index: number): boolean =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(({ sign }) => sign !== ' ');
  return lines.flatMap((line, index): readonly DiffLine[] => {
    if (isNear(index)) return [line];
    // One mark stands for all that is left out here.
    return index === 0 || isNear(index - 1) ? [{ sign: '…', text: '' }] : [];
  });
};
