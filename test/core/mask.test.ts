import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMasker } from '../../src/core/mask.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const masker = (...secrets: string[]) => createMasker(secrets, base64);

describe('the masker', () => {
  it('hides a secret as it is, in URLs, in JSON and in base64', () => {
    const { text } = masker('p@ss "word"/1');
    for (const form of [
      'p@ss "word"/1',
      encodeURIComponent('p@ss "word"/1'),
      JSON.stringify('p@ss "word"/1').slice(1, -1),
      base64('p@ss "word"/1'),
    ]) {
      expect(text(`before ${form} after`)).not.toContain(form);
    }
  });

  it('hides a secret inside a longer text that is base64 as a whole', () => {
    const { text } = masker('correct-horse');
    for (const before of ['', 'u', 'us', 'user:']) {
      const whole = base64(`${before}correct-horse;rest`);
      expect(text(whole)).not.toBe(whole);
    }
  });

  it('hides a secret cut anywhere by the border of two chunks', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 3, maxLength: 12 }),
        fc.string(),
        fc.string(),
        fc.nat(60),
        (secret, before, after, cut) => {
          const whole = `${before}${secret}${after}`;
          const { push, flush } = masker(secret).stream();
          const shown = push(whole.slice(0, cut)) + push(whole.slice(cut)) + flush();
          expect(shown).toBe(masker(secret).text(whole));
        },
      ),
    );
  });

  it('goes through data', () => {
    expect(masker('s3cret').value({ a: ['x s3cret'], n: 1 })).toEqual({ a: ['x ***'], n: 1 });
  });

  it('leaves everything as it is without secrets', () => {
    expect(masker('').text('anything')).toBe('anything');
  });
});
