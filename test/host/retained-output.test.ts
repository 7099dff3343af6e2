import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetainedOutput } from '../../src/host/retained-output.ts';

const keep = (most: number, pieces: readonly Uint8Array[]): RetainedOutput => {
  const output = new RetainedOutput(most);
  for (const piece of pieces) output.append(piece);
  return output;
};

const ascii = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\n'), maxLength: 40 });

describe('retained output', () => {
  it('is the end of what was appended, whatever the sizes of the pieces', () => {
    fc.assert(
      fc.property(fc.array(ascii), fc.integer({ min: 0, max: 64 }), (texts, most) => {
        const output = keep(
          most,
          texts.map((text) => Buffer.from(text)),
        );
        const whole = texts.join('');
        expect(output.text()).toBe(most === 0 ? '' : whole.slice(-most));
        expect(output.truncated).toBe(whole.length > most);
      }),
    );
  });

  it('puts characters together that were cut between pieces', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 3 }), (text, size) => {
        const bytes = Buffer.from(text);
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        expect(keep(1000, pieces).text()).toBe(bytes.toString('utf8'));
      }),
    );
  });

  it('begins with a whole character when its beginning was cut off', () => {
    for (let most = 4; most <= 8; most++) {
      const text = keep(most, [Buffer.from('aé€😀z')]).text();
      expect('aé€😀z'.endsWith(text)).toBe(true);
      expect(text.endsWith('😀z') || text === 'z').toBe(true);
    }
  });

  it('shows bytes that are no UTF-8 as replacement characters', () => {
    expect(keep(100, [Buffer.from([0x61, 0xff, 0xfe, 0x62])]).text()).toBe('a��b');
  });

  it('copies, so that a reused buffer does not change what was kept', () => {
    const piece = Buffer.from('before');
    const small = keep(100, [piece]);
    const exact = keep(3, [piece]);
    piece.fill('x');
    expect(small.text()).toBe('before');
    expect(exact.text()).toBe('ore');
  });
});
