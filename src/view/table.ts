// Rows of cells as aligned columns; only the last column gives way when the screen is narrow.
import { textWidth, truncate } from './text.ts';

/** Lines of at most `columns`, cells two spaces apart. Cells may carry colour; the last one is cut to fit before it is painted. */
export const table = (
  rows: readonly (readonly string[])[],
  { columns = Number.POSITIVE_INFINITY, indent = 0 }: { columns?: number; indent?: number } = {},
): readonly string[] => {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, at) => Math.max(0, ...rows.map((row) => textWidth(row[at] ?? ''))));
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, indent);
  const room = Math.max(10, columns - before);
  return rows.map((row) => {
    const cells = row.map((cell, at) => {
      if (at < count - 1) return cell + ' '.repeat((widths[at] ?? 0) - textWidth(cell));
      return textWidth(cell) > room ? truncate(cell, room) : cell;
    });
    return `${' '.repeat(indent)}${cells.join('  ').trimEnd()}`;
  });
};
