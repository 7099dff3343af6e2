// What is wrong with a file, at which token, and what to write instead. Drawing it is view's business.

export interface Diagnostic {
  /** Stable and short, for tools: `unknown-key`, `cycle`. */
  readonly code: string;
  /** Relative to the project. */
  readonly file: string;
  /** Counted from 1; columns are UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** How much of the line is meant; 0 for a place where something is missing. */
  readonly length: number;
  readonly sourceLine: string;
  readonly message: string;
  readonly expected?: string;
  /** The nearest valid name, or what to do. */
  readonly hint?: string;
  readonly related?: readonly Related[];
}

export interface Related {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** In reading order, each once: a mistake in a shared probe is one mistake, however many steps use it. */
export const inReadingOrder = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] => {
  const seen = new Map<string, Diagnostic>();
  const places = new Set<string>();
  for (const each of diagnostics) {
    const place = `${each.file}\n${each.line}\n${each.column}`;
    const key = `${place}\n${each.code}\n${each.message}`;
    if (seen.has(key) || (echoes.has(each.code) && places.has(place))) continue;
    places.add(place);
    seen.set(key, each);
  }
  return [...seen.values()].sort(
    (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.code, b.code),
  );
};

/** What is said of a value's shape after something else was wrong with the same token only repeats it. */
const echoes = new Set(['wrong-type', 'wrong-value', 'out-of-bounds', 'number-changes']);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
