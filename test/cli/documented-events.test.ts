// Holds docs/commands.md against the types: what `--json` prints is documented in full, and nothing else is.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventVersion } from '../../src/core/event.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const docs = read('docs/commands.md');
const events = read('src/core/event.ts');
const failures = read('src/core/failure.ts');

/** The text of the braces around a place in a source. */
const blockAround = (source: string, place: number): string => {
  let [from, depth] = [place, 1];
  while (depth > 0) {
    from -= 1;
    if (source[from] === '}') depth += 1;
    if (source[from] === '{') depth -= 1;
  }
  let to = from;
  do {
    if (source[to] === '{') depth += 1;
    if (source[to] === '}') depth -= 1;
    to += 1;
  } while (depth > 0);
  return source.slice(from + 1, to - 1);
};

/** `name` and `name?` of the fields that stand directly in a block. */
const fieldsOf = (block: string): readonly string[] => {
  let [depth, flat] = [0, ''];
  for (const sign of block.replace(/\/\*\*.*?\*\//gs, '')) {
    if (sign === '}') depth -= 1;
    if (depth === 0) flat += sign;
    if (sign === '{') depth += 1;
  }
  return [...flat.matchAll(/readonly (\w+\??):/g)].map(([, name = '']) => name);
};

const tagged = (source: string, tag: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    [...source.matchAll(new RegExp(`readonly ${tag}: '([^']+)'`, 'g'))].map((match) => {
      const own = fieldsOf(blockAround(source, match.index)).filter((name) => name !== tag);
      const isOfStep = (match[1] ?? '').startsWith('step.');
      return [match[1] ?? '', isOfStep ? ['address', ...own] : own];
    }),
  );

const interfaceOf = (source: string, name: string): readonly string[] => {
  const place = source.indexOf(`export interface ${name} {`);
  expect(place, name).toBeGreaterThan(-1);
  return fieldsOf(blockAround(source, source.indexOf('readonly', place)));
};

/** First cell and the names in the second, of the table with such a head. */
const tableOf = (head: string): ReadonlyMap<string, readonly string[]> => {
  const lines = docs.slice(docs.indexOf(head)).split('\n').slice(2);
  const rows = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith('|')),
  );
  return new Map(
    rows.map((line) => {
      const [, first = '', second = ''] = line.split('|').map((cell) => cell.trim());
      const names = second.replace(/\([^)]*\)/g, '').matchAll(/`(\w+\??)`/g);
      return [first.replaceAll('`', ''), [...names].map(([, name = '']) => name)];
    }),
  );
};

describe('the documented events', () => {
  it('are all there are, with all their fields', () => {
    const documented = tableOf('| type | fields | when |');
    expect(documented.size).toBeGreaterThan(10);
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(tagged(events, 'type')));
  });

  it('carry failures of every kind, with all their fields', () => {
    expect(Object.fromEntries(tableOf('| failure, by `kind` |'))).toEqual(Object.fromEntries(tagged(failures, 'kind')));
  });

  it('carry shapes with all their fields', () => {
    const shapes = tableOf('| shape | fields |');
    const sources: readonly (readonly [string, string, string])[] = [
      ['planned step', events, 'PlannedStep'],
      ['observation (evidence, observations)', read('src/core/failure.ts'), 'Observation'],
      ['created (creates, created)', events, 'Created'],
      ['undo', events, 'UndoRecord'],
      ['applied', events, 'Applied'],
      ['process', events, 'ProcessIdentity'],
      ['scope', events, 'Scope'],
    ];
    for (const [shape, source, name] of sources)
      expect([shape, shapes.get(shape)]).toEqual([shape, interfaceOf(source, name)]);
    expect([...shapes.keys()]).toEqual(sources.map(([shape]) => shape));
  });

  it('are of the version that is told', () => {
    expect(docs).toContain(`the version of these shapes, now ${eventVersion}.`);
  });
});
