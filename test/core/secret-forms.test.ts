import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormSearch } from '../../src/core/form-search.ts';
import { createMasker } from '../../src/core/mask.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const masker = (...secrets: string[]) => createMasker(secrets, base64);
const bytesOf = (text: string): string => Buffer.from(text).toString('latin1');

/** Letters without a pattern, the same at every call. */
const letters = (length: number, seed: number): string => {
  const pieces: string[] = [];
  for (let at = 0; at * 64 < length; at += 1) pieces.push(createHash('sha256').update(`${seed} ${at}`).digest('hex'));
  return pieces.join('').slice(0, length);
};

/** As `base64` and `openssl base64` print. */
const wrapped = (text: string, columns: number): string =>
  (base64(text).match(new RegExp(`.{1,${columns}}`, 'g')) ?? []).join('\n');

describe('the search for many texts at once', () => {
  it('finds what a search for each of them finds: leftmost, and the longest there', () => {
    const form = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 3, maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 60 });
    fc.assert(
      fc.property(fc.array(form, { minLength: 1, maxLength: 6 }), text, (forms, whole) => {
        const longestFirst = [...forms].sort((a, b) => b.length - a.length).join('|');
        const expected = [...whole.matchAll(new RegExp(longestFirst, 'g'))].map(({ index, 0: found }) => ({
          ...{ from: index, to: index + found.length },
        }));
        expect(new FormSearch(forms).find(whole, true).spans).toEqual(expected);
      }),
    );
  });
});

describe('a secret', () => {
  it.each([3, 30_000, 300_000])('of %d characters is hidden, whole and in pieces', (length) => {
    const secret = letters(length, 1);
    const { text, stream } = masker(secret);
    for (const form of [secret, base64(secret), JSON.stringify(secret)])
      expect(text(`before ${form} after`)).toMatch(/^before "?\*\*\*(=|\*|")* after$/);
    const { push, flush } = stream();
    expect(push(`x${secret.slice(0, 2)}`) + push(`${secret.slice(2)}y`) + flush()).toBe('x***y');
  });

  it('of many lines is hidden also in part, and in base64 of many lines', () => {
    const lines = Array.from({ length: 50 }, (_, at) => letters(64, at + 1));
    const secret = lines.join('\n');
    const { text } = masker(secret);
    expect(text(`only ${lines[7]}`)).toBe('only ***');
    for (const columns of [64, 76]) expect(text(wrapped(secret, columns))).toMatch(/^[*\n]*.{0,5}$/);
  });

  // biome-ignore lint/suspicious/noControlCharactersInRegex: the end of a colour may stand behind it
  const hidden = /^<\*\*\*(\x1b\[0m)?>$/;
  const coloured = [
    ['a colour', 'very\x1b[1msecrettoken\x1b[0m'],
    ['a link', 'very\x1b]8;;http://x\x1b\\secrettoken'],
    ['a title', 'very\x1b]0;title\x07secrettoken'],
    ['a sequence of two characters', 'very\x1b=secrettoken'],
    ['backspace and NUL', 'very\bsecret\0token'],
    ['marks of no width', 'very\u200bsecret\u2060token'],
    ['C1 controls', 'very\u009bsecret\u0085token'],
  ] as const;
  it.each(coloured)('with %s in its middle is hidden as it would be seen', (_, shown) => {
    const { text, stream } = masker('verysecrettoken');
    expect(text(`<${shown}>`)).toMatch(hidden);
    const bytes = bytesOf(`<${shown}>`);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const { push, flush } = stream();
      expect(push(bytes.slice(0, cut)) + push(bytes.slice(cut)) + flush()).toMatch(hidden);
    }
  });

  it('with characters of several bytes is hidden in a stream of bytes, and bytes of no text stay', () => {
    const { push, flush } = masker('pässwörd€').stream();
    const bytes = bytesOf('pässwörd€');
    let shown = push('\xff\xe9');
    for (const byte of bytes) shown += push(byte);
    expect(`${shown + push('\xc3')}${flush()}`).toBe('\xff\xe9***\xc3');
  });

  it('that is no well-formed text breaks nothing', () => {
    expect(masker('bad\ud800text').text('x bad\ud800text')).toBe('x ***');
  });

  it('costs little, also when there are thirty of eight kilobytes', () => {
    const secrets = Array.from({ length: 30 }, (_, at) =>
      Array.from({ length: 128 }, (_line, line) => letters(63, at * 128 + line + 1)).join('\n'),
    );
    const { text } = masker(...secrets);
    const megabyte = `${letters(2 ** 20, -1)}\n`;
    const rounds = Array.from({ length: 5 }, () => {
      const before = process.cpuUsage().user;
      expect(text(megabyte)).toBe(megabyte);
      return (process.cpuUsage().user - before) / 1000;
    });
    // It is some 20 ms; to look for each of them by itself takes seconds.
    expect(Math.min(...rounds)).toBeLessThan(300);
  });
});
