import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMap, isScalar, parseDocument, Scalar, stringify } from 'yaml';
import { scalarOffset } from '../../src/parse/source.ts';

/** The character of the text that each character of the scalar's value is said to be. */
const charactersOf = (text: string): { value: string; found: string } => {
  const { contents } = parseDocument(text);
  const node = isMap(contents) ? contents.items[0]?.value : undefined;
  if (!isScalar(node) || !node.range || typeof node.value !== 'string') throw new Error('no scalar');
  const { value, type: style } = node;
  const scalar = { text, start: node.range[0], end: node.range[1], style: style as Scalar.Type };
  const found = [...value].map((_, at) => text[scalarOffset(scalar, value, at)] ?? '').join('');
  return { value, found };
};

/** Where values fold or escape, the text holds other characters; letters are what is looked for. */
const letters = (text: string): string => text.replaceAll(/[^a-z]/g, ' ');

describe('the place of a character of a scalar', () => {
  it.each([
    ['plain', 'a: one two\n'],
    ['plain over lines', 'a: one\n  two\n\n  three\n'],
    ['single quotes', "a: 'it''s ''x'' y'\n"],
    ['single quotes over lines', "a: 'one\n  two''s\n\n  three'\n"],
    ['double quotes', 'a: "x\\"y\\\\z\\tt\\u0041b"\n'],
    ['double quotes over lines', 'a: "one\n  two \\\n  three\n\n  four"\n'],
    ['literal block', 'a: |\n  one\n    two\n\n  three\n'],
    ['literal block with an indentation of its own', 'a: |4\n      one\n    two\n'],
    ['literal block that starts empty', 'a: |-\n\n\n  one\n  two\n'],
    ['folded block', 'a: >-\n  one\n  two\n\n  three\n    four\n  five\n'],
    ['lines with CR LF', 'a: |\r\n  one\r\n  two\r\n'],
  ])('is found in %s', (_, text) => {
    const { value, found } = charactersOf(text);
    expect(letters(found).replaceAll(/\s/g, '')).toContain(letters(value).replaceAll(/\s/g, '').slice(0, 3));
    for (const [at, character] of [...value].entries()) {
      if (/[b-z]/.test(character)) expect(`${at}${found[at]}`).toBe(`${at}${character}`);
    }
  });

  it('is found in whatever style a value is written', () => {
    const text = fc.array(fc.constantFrom('b', 'c d', '"', "'", '\\', '\n', '\n\n', '  ', '${{ e }}', '#', ': '), {
      maxLength: 12,
    });
    const style = fc.constantFrom<Scalar.Type>(
      'PLAIN',
      'QUOTE_DOUBLE',
      'QUOTE_SINGLE',
      'BLOCK_LITERAL',
      'BLOCK_FOLDED',
    );
    fc.assert(
      fc.property(text, style, (parts, type) => {
        const scalar = new Scalar(parts.join(''));
        scalar.type = type;
        const { value, found } = charactersOf(stringify({ a: scalar }, { lineWidth: 20 }));
        for (const [at, character] of [...value].entries()) {
          if (/[b-e]/.test(character)) expect(found[at]).toBe(character);
        }
      }),
      { numRuns: 400 },
    );
  });
});
