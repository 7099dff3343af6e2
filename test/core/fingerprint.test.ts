import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, changes } from '../../src/core/fingerprint.ts';

const values = fc.jsonValue({ maxDepth: 3 });

/** The same data with the keys of its maps in another order. */
const turned = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, turned(each)]),
  );
};

describe('one canonical text', () => {
  it('does not tell the order of keys, and tells everything else', () => {
    fc.assert(
      fc.property(values, values, (one, other) => {
        expect(canonical(turned(one))).toBe(canonical(one));
        const same = canonical(one) === canonical(other);
        expect(changes(one, other).length === 0).toBe(same);
        expect(JSON.parse(canonical(one))).toEqual(JSON.parse(JSON.stringify(one)));
      }),
    );
  });

  it('leaves out what is undefined', () => {
    expect(canonical({ a: undefined, b: 1 })).toBe('{"b":1}');
  });
});

describe('how two definitions differ', () => {
  it('is told leaf by leaf, by path', () => {
    const from = { with: { nodes: 3, names: ['a', 'b'] }, run: ['make', 'x'] };
    const to = { with: { nodes: 5, names: ['a', 'c'] }, run: ['make', 'x'] };
    expect(changes(from, to)).toEqual([
      { path: 'with.names[1]', from: 'b', to: 'c' },
      { path: 'with.nodes', from: 3, to: 5 },
    ]);
  });

  it('is told for a list of another length, a key that came or went, and another kind, as a whole', () => {
    expect(changes({ run: ['a'] }, { run: ['a', 'b'] })).toEqual([{ path: 'run', from: ['a'], to: ['a', 'b'] }]);
    expect(changes({ a: 1 }, { b: 2 })).toEqual([
      { path: 'a', from: 1, to: undefined },
      { path: 'b', from: undefined, to: 2 },
    ]);
    expect(changes({}, { a: null })).toEqual([{ path: 'a', from: undefined, to: null }]);
    expect(changes({}, JSON.parse('{"__proto__": {}}'))).toEqual([{ path: '__proto__', from: undefined, to: {} }]);
    expect(changes({ a: [1] }, { a: { b: 1 } })).toEqual([{ path: 'a', from: [1], to: { b: 1 } }]);
  });
});
