import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { damerauLevenshtein, nearest } from '../../src/parse/nearest.ts';

describe('the nearest name', () => {
  it.each([
    ['timout', 'timeout'],
    ['timeuot', 'timeout'],
    ['Health', 'health'],
    ['kube_rules', 'kube-rules'],
    ['rnu', 'run'],
  ])('of %o is %o', (name, meant) => {
    expect(nearest(name, ['timeout', 'health', 'kube-rules', 'run', 'uses'])).toBe(meant);
  });

  it('of a word with another ending is that word, but a number at the end is a name of its own', () => {
    expect(nearest('leafs', ['spines', 'leaves'])).toBe('leaves');
    expect(nearest('retries', ['retry', 'run'])).toBe('retry');
    expect(nearest('leaf1', ['leaf23'])).toBeUndefined();
  });

  it('is none when every name is far', () => {
    expect(nearest('xyz', ['run', 'uses'])).toBeUndefined();
    expect(nearest('a', ['b', 'c'])).toBeUndefined();
    expect(nearest('', ['b'])).toBeUndefined();
  });

  it('is at a distance that is symmetric and zero only for itself', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(damerauLevenshtein(a, b)).toBe(damerauLevenshtein(b, a));
        expect(damerauLevenshtein(a, b) === 0).toBe(a === b);
        expect(damerauLevenshtein(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
    expect(damerauLevenshtein('ab', 'ba')).toBe(1);
  });
});
