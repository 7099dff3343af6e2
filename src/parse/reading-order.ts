// Mistakes of several files in the order a person reads them.
import type { Diagnostic } from '../core/diagnostic.ts';

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
