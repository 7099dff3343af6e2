import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { childAddress, isMeantBy, parseAddress, renamedAddress, renamesOf } from '../../src/core/address.ts';

const ids = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,8}$/);

describe('an address', () => {
  it('is a step, or a child with any key', () => {
    fc.assert(
      fc.property(ids, fc.string(), (step, key) => {
        expect(parseAddress(childAddress(step, key))).toEqual({ step, key });
        expect(parseAddress(step)).toEqual({ step });
      }),
    );
  });

  it('is meant by itself and by its whole step, and by nothing else', () => {
    expect(['each', 'each[x]', 'each[y]', 'eac', 'each['].map((selector) => isMeantBy('each[x]', selector))).toEqual([
      ...[true, true, false, false, false],
    ]);
    expect(isMeantBy('each', 'each[x]')).toBe(false);
  });

  it('follows its step to a new id, children as well, unless another step has the old id now', () => {
    const renames = renamesOf([{ id: 'new', was: ['old', 'older'] }, { id: 'other', was: 'taken' }, { id: 'taken' }]);
    const now = ['old', 'older', 'old[x]', 'taken', 'else'].map((address) => renamedAddress(renames, address));
    expect(now).toEqual(['new', 'new', 'new[x]', 'taken', 'else']);
  });
});
