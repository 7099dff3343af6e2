import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseRows, type WindowRow } from '../../src/view/window.ts';

const row = (rest: Partial<WindowRow> = {}): WindowRow => ({ live: false, failed: false, detail: false, ...rest });
const shape = (rows: readonly WindowRow[], budget: number): string =>
  chooseRows(rows, budget)
    .map((line) => (line.kind === 'gap' ? `(${line.to - line.from})` : `${line.at}${line.detail ? '+' : ''}`))
    .join(' ');

describe('the window', () => {
  it('shows everything when there is room', () => {
    expect(shape([row({ live: true, detail: true }), row()], 3)).toBe('0+ 1');
  });

  it('drops second lines before rows', () => {
    expect(shape([row({ live: true, detail: true }), row({ live: true, detail: true })], 3)).toBe('0+ 1');
    expect(shape([row({ failed: true, detail: true }), row({ live: true, detail: true }), row()], 4)).toBe('0 1+ 2');
  });

  it('stands around what runs', () => {
    const rows = Array.from({ length: 20 }, (_, at) => row({ live: at === 10 }));
    expect(shape(rows, 5)).toBe('(9) 9 10 11 (8)');
  });

  it('keeps failures in sight, and rows under the row they belong to', () => {
    const rows = Array.from({ length: 20 }, (_, at) =>
      row({ live: at === 10, failed: at === 2, ...(at === 2 && { parent: 1 }) }),
    );
    expect(shape(rows, 6)).toBe('0 1 2 (7) 10 (9)');
  });

  it('counts the rest when even what runs is too much', () => {
    expect(
      shape(
        Array.from({ length: 9 }, () => row({ live: true })),
        4,
      ),
    ).toBe('0 1 2 (6)');
    expect(shape([row(), row(), row({ live: true }), row()], 1)).toBe('2');
    expect(shape([row()], 0)).toBe('');
  });

  it('never has more lines than it may, and accounts for every row once', () => {
    const any = fc.record({ live: fc.boolean(), failed: fc.boolean(), detail: fc.boolean() });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 40 }), fc.integer({ min: 3, max: 50 }), (rows, budget) => {
        const lines = chooseRows(rows, budget);
        const height = lines.reduce((sum, line) => sum + (line.kind === 'row' && line.detail ? 2 : 1), 0);
        const seen = lines.flatMap((line) =>
          line.kind === 'row' ? [line.at] : Array.from({ length: line.to - line.from }, (_, at) => line.from + at),
        );
        expect(height).toBeLessThanOrEqual(budget);
        expect(seen).toEqual(rows.map((_, at) => at));
      }),
    );
  });
});
