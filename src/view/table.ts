// Rows of cells as aligned columns; only the last column gives way when the screen is narrow.
import { textWidth, truncate, wrap } from './text.ts';

export interface TableLayout {
  /** Of the screen; without it nothing gives way. */
  readonly columns?: number;
  readonly indent?: number;
  /** What is too long for the last column goes on below instead of being cut: for what is to be read in full, or copied. */
  readonly whole?: boolean;
}

/** Cells two spaces apart, lines of at most `columns`. Cells may carry colour; one that is cut loses it. */
export const table = (
  rows: readonly (readonly string[])[],
  { columns = Number.POSITIVE_INFINITY, indent = 0, whole = false }: TableLayout = {},
): readonly string[] => {
  const widths = widthsOf(rows);
  const count = widths.length;
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, indent);
  const room = Math.max(10, columns - before);
  return rows.flatMap((row) => {
    const first = row.slice(0, count - 1).map((cell, at) => padded(cell, widths[at] ?? 0));
    const last = row.length < count ? [] : lastCell(row[count - 1] ?? '', room, whole);
    const line = `${' '.repeat(indent)}${[...first, ...last.slice(0, 1)].join('  ')}`.trimEnd();
    return [line, ...last.slice(1).map((rest) => ' '.repeat(before) + rest)];
  });
};

const widthsOf = (rows: readonly (readonly string[])[]): readonly number[] => {
  const widths: number[] = [];
  for (const row of rows)
    for (let at = 0; at < row.length; at += 1) widths[at] = Math.max(widths[at] ?? 0, textWidth(row[at] ?? ''));
  return widths;
};

const padded = (cell: string, width: number): string => cell + ' '.repeat(width - textWidth(cell));

const lastCell = (cell: string, room: number, whole: boolean): readonly string[] => {
  if (textWidth(cell) <= room) return [cell];
  return whole ? wrap(cell, room) : [truncate(cell, room)];
};
