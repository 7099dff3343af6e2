import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnOf, toColumns } from '../../src/core/columns.ts';

type Row = Readonly<Record<'a' | 'b' | 'c', unknown>>;

const fields = ['a', 'b', 'c'] as const;
const values = fc.oneof(fc.constantFrom(undefined, 'x', 1), fc.integer(), fc.record({ deep: fc.integer() }));
const rows = fc.array(fc.record({ a: values, b: fc.constantFrom(undefined, 'x', 'y'), c: fc.constant(7) }));

const throughText = (all: readonly Row[]): readonly unknown[][] => {
  const columns = JSON.parse(JSON.stringify(toColumns(all, fields, (row, field) => row[field])));
  return fields.map((field) => [...(columnOf(columns, field) ?? new Array(all.length).fill(undefined))]);
};

describe('rows as columns', () => {
  it('are the same after they were text', () => {
    fc.assert(
      fc.property(rows, (all) => {
        expect(throughText(all)).toEqual(fields.map((field) => all.map((row) => row[field])));
      }),
    );
  });

  it('tell a value once that all rows share, and nothing of a field that none has', () => {
    const all = Array.from({ length: 100 }, (_, at) => ({ a: at % 2 === 0 ? 'even' : 'odd', b: undefined, c: 7 }));
    const { columns } = toColumns(all, fields, (row, field) => row[field]);
    expect(Object.keys(columns)).toEqual(['a', 'c']);
    expect(columns['a']).toMatchObject({ of: ['even', 'odd'] });
    expect(columns['c']).toEqual({ of: [7] });
  });
});
