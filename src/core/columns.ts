// Rows of the same fields as columns, for JSON: a field that no row has takes no room, and one that has few values takes a number a row.
// Nothing tells "null" from "not there".

/** All values in their order, or the few there are, and which of them each row has; without `at` it is the same in all. */
type Column = readonly unknown[] | { readonly of: readonly unknown[]; readonly at?: readonly number[] };

export interface Columns {
  readonly rows: number;
  readonly columns: Readonly<Record<string, Column>>;
}

/** `inRow` gives what a row has in a field; what is identical is told once. */
export const toColumns = <T, F extends string>(
  rows: readonly T[],
  fields: readonly F[],
  inRow: (row: T, field: F) => unknown,
): Columns => {
  const columns: Record<string, Column> = {};
  for (const field of fields) {
    const column = shortest(rows.map((row) => inRow(row, field)));
    if (column) columns[field] = column;
  }
  return { rows: rows.length, columns };
};

/** A number a row is worth it where there are this many rows a value. */
const worthwhile = 4;

/** Undefined where no row has anything. */
const shortest = (values: readonly unknown[]): Column | undefined => {
  const places = new Map<unknown, number>();
  const at: number[] = [];
  let before: unknown = nobody;
  let place = 0;
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row];
    // Often it is the same as in the row before.
    if (value !== before) place = places.get(value) ?? places.size;
    if (place === places.size) {
      if (place > 0 && (place + 1) * worthwhile > values.length) return values;
      places.set(value, place);
    }
    before = value;
    at.push(place);
  }
  const of = [...places.keys()];
  if (of.length > 1) return { of, at };
  return of[0] === undefined ? undefined : { of };
};

/** No row's value. */
const nobody = {};

/** What each row has in a field; undefined when none has anything. Rows that have the same value share it. */
export const columnOf = ({ rows, columns }: Columns, field: string): readonly unknown[] | undefined => {
  const column = columns[field];
  if (column === undefined) return undefined;
  if (!('of' in column)) return column.includes(null) ? column.map((value) => value ?? undefined) : column;
  const { of, at } = column;
  return at ? at.map((place) => of[place] ?? undefined) : new Array(rows).fill(of[0] ?? undefined);
};
