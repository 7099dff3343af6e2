import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressAt, contains, embedded6, ipv4, macOf, overlaps, prefix, subnetAt } from '../../src/fabric/addresses.ts';

const pool = (text: string) => {
  const read = prefix(text);
  if (read === undefined) throw new Error(`${text} is no prefix`);
  return read;
};

describe('addresses', () => {
  it.each(['10.0.0.1/24', '10.0.0.0/33', '256.0.0.0/8', '10.0.0/8', '010.0.0.0/8', '10.0.0.0', ''])(
    'takes %j for no prefix',
    (text) => {
      expect(prefix(text)).toBeUndefined();
    },
  );

  it('counts every address of a prefix up and reads it back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 20 - 1 }), (offset) => {
        const whole = pool('10.16.0.0/12');
        expect((ipv4(addressAt(whole, offset)) ?? 0) - whole.base).toBe(offset);
      }),
    );
  });

  it('cuts a prefix into parts that lie inside it and side by side', () => {
    const whole = pool('192.168.16.0/20');
    const parts = Array.from({ length: 16 }, (_, at) => subnetAt(whole, 24, at));
    expect(parts.every((part) => contains(whole, part))).toBe(true);
    expect(parts.filter((part) => overlaps(part, parts[3] ?? whole))).toEqual([parts[3]]);
    expect(parts.at(-1)?.text).toBe('192.168.31.0/24');
  });

  it('writes IPv6 addresses the way routers print them', () => {
    expect(embedded6('2001:1600:0:100b::/64', '10.0.1.1')).toBe('2001:1600:0:100b:10:0:1:1');
    expect(embedded6('2001:1600:0:100b::/64', '10.0.0.1')).toBe('2001:1600:0:100b:10::1');
    expect(embedded6('fd00:0:0:0::/64', '0.10.0.0')).toBe('fd00::10:0:0');
  });

  it('makes a MAC from an address', () => {
    expect(macOf('10.0.1.254')).toBe('02:00:0a:00:01:fe');
  });
});
