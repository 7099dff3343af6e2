import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, enclosing, type Prefix, prefix, subnetAt } from '../../src/fabric/addresses.ts';
import { fabric } from '../../src/fabric/fabric.ts';

const pool = (text: string): Prefix => {
  const read = prefix(text);
  if (read === undefined) throw new Error(`${text} is no prefix`);
  return read;
};

describe('the smallest prefix around others', () => {
  it('is /19 around the subnets and pods of the lab, and leaves the management network out', () => {
    expect(fabric().prefixes.inside).toBe('192.168.0.0/19');
  });

  it('holds all of them, and none of its halves does', () => {
    const whole = pool('10.0.0.0/8');
    const some = fc.array(fc.integer({ min: 0, max: 2 ** 16 - 1 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(some, (places) => {
        const parts = places.map((at) => subnetAt(whole, 24, at));
        const around = enclosing(parts);
        expect(parts.every((part) => contains(around, part))).toBe(true);
        if (around.length >= 24) return;
        for (const half of [0, 1]) {
          const part = subnetAt(around, around.length + 1, half);
          expect(parts.every((each) => contains(part, each))).toBe(false);
        }
      }),
    );
  });
});
