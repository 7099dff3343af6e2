// Puts the probes of `probes` where steps name them, so that after this every probe has a kind.
import { isMap } from '../core/maps.ts';
import type { Context } from './context.ts';
import type { Plain } from './merge.ts';
import { didYouMean } from './nearest.ts';
import type { Place } from './source.ts';

/** The lists of a step that hold probes. */
export const probeLists = ['preconditions', 'health', 'satisfied'] as const;

/** A function that gives a step with its shared probes in place; names that lead nowhere are reported and left out. */
export const substituteProbes = (context: Context, shared: Plain): ((step: Plain) => Plain) => {
  const book: Book = { context, shared, resolved: new Map() };
  return (step) => {
    const changed: Plain = {};
    for (const key of probeLists) {
      if (Array.isArray(step[key]))
        changed[key] = step[key].flatMap((_, index) => resolveItem(book, step[key] as unknown[], index));
    }
    const { undo } = step;
    if (isMap(undo) && Array.isArray(undo['absent'])) {
      const absent = undo['absent'];
      changed['undo'] = { ...undo, absent: absent.flatMap((_, index) => resolveItem(book, absent, index)) };
      context.origins.rest(changed['undo'] as object, undo);
    }
    if (Object.keys(changed).length === 0) return step;
    const result = { ...step, ...changed };
    context.origins.rest(result, step);
    return result;
  };
};

/** The same for probes under names, as `enter.let` has them. */
export const substituteNamedProbes = (context: Context, shared: Plain, probes: Plain): Plain => {
  const book: Book = { context, shared, resolved: new Map() };
  const result: Plain = {};
  context.origins.rest(result, probes);
  for (const [name, probe] of Object.entries(probes)) {
    const found = isMap(probe) ? resolveUse(book, probe) : probe;
    if (found !== undefined) result[name] = found;
  }
  return result;
};

interface Book {
  readonly context: Context;
  readonly shared: Plain;
  /** Undefined while a name is being resolved, and for one that cannot be. */
  readonly resolved: Map<string, Plain | undefined>;
}

const resolveItem = (book: Book, list: unknown[], index: number): readonly Plain[] => {
  const { origins } = book.context;
  const item = list[index];
  const place = origins.placeAt(list, index, 'value');
  if (typeof item === 'string') {
    const found = resolveName(book, item, place);
    if (!found) return [];
    const copy = { ...found };
    origins.rest(copy, found);
    if (place) origins.usedAt(copy, place);
    return [copy];
  }
  if (!isMap(item)) return [];
  const probe = resolveUse(book, item);
  return probe ? [probe] : [];
};

/** A probe with `use`: its own keys over those of the shared one. */
const resolveUse = (book: Book, probe: Plain): Plain | undefined => {
  const { origins, report } = book.context;
  const { use, ...own } = probe;
  if (typeof use !== 'string') return probe;
  const place = origins.placeAt(probe, 'use', 'value');
  if (place && own['probe'] !== undefined) {
    const finding = { code: 'wrong-probe', message: '`use` and `probe` in one probe', expected: 'one of them' };
    report(origins.placeAt(probe, 'probe', 'key') ?? place, finding);
    return undefined;
  }
  const base = resolveName(book, use, place);
  if (!base) return undefined;
  const result = { ...base, ...own };
  origins.rest(result, base);
  for (const key of Object.keys(own)) origins.lend(result, key, probe);
  if (place) origins.usedAt(result, place);
  return result;
};

const resolveName = (book: Book, name: string, place: Place | undefined): Plain | undefined => {
  if (book.resolved.has(name)) return book.resolved.get(name);
  const { report } = book.context;
  const probe = Object.hasOwn(book.shared, name) ? book.shared[name] : undefined;
  book.resolved.set(name, undefined);
  if (!isMap(probe)) {
    const names = Object.keys(book.shared);
    const known =
      names.length > 0
        ? `the shared probes are ${names.slice(0, 12).join(', ')}`
        : 'the workflow and its variant have none';
    if (place)
      report(place, {
        code: 'unknown-probe',
        message: `there is no shared probe \`${name}\``,
        hint: didYouMean(name, names) ?? known,
      });
    book.resolved.delete(name);
    return undefined;
  }
  const found = resolveUse(book, probe);
  book.resolved.set(name, found);
  return found;
};
