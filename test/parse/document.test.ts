import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/core/diagnostic.ts';
import { readDocument, type YamlDocument } from '../../src/parse/document.ts';
import { Origins } from '../../src/parse/origins.ts';
import { maximumFileSize } from '../../src/parse/path.ts';
import { diagnosticAt, positionOf } from '../../src/parse/source.ts';

const read = (text: string): { document: YamlDocument; found: Diagnostic[]; origins: Origins } => {
  const found: Diagnostic[] = [];
  const origins = new Origins();
  const document = readDocument('f.yaml', text, {
    origins,
    report: (place, finding) => found.push(diagnosticAt(place, finding)),
  });
  return { document, found, origins };
};

const codes = (text: string): string[] => read(text).found.map((each) => each.code);

describe('a YAML document', () => {
  it('gives plain data', () => {
    const { document, found } = read('a: 1\nb: [x, { c: true }]\nd: yes\ne:\n');
    expect(found).toEqual([]);
    expect(document.value).toEqual({ a: 1, b: ['x', { c: true }], d: 'yes', e: null });
  });

  it('finds keys and values again', () => {
    const { document } = read('a: 1\nb:\n  - x\n  - c: true\n');
    expect(positionOf(document.locate(['b', 1, 'c'], 'key'))).toMatchObject({ line: 4, column: 5 });
    expect(positionOf(document.locate(['b', 1, 'c'], 'value'))).toMatchObject({ line: 4, column: 8 });
    expect(positionOf(document.locate(['b', 0], 'value'))).toMatchObject({ line: 3, column: 5 });
    expect(positionOf(document.locate([], 'value'))).toMatchObject({ line: 1, column: 1 });
  });

  it('shows the last token on a path that ends too early', () => {
    const { document } = read('a:\n  b: 1\n');
    expect(positionOf(document.locate(['a', 'b', 'c', 'd'], 'value'))).toMatchObject({ line: 2, column: 3 });
    expect(positionOf(document.locate(['z'], 'value'))).toMatchObject({ line: 1, column: 1 });
  });

  it('takes expressions without quotes, also inside flow lists and maps', () => {
    const { document, found } = read(
      'a: { b: ${{ x["k"] }}, c: [${{ y, z }}, "${{ {1: 2} }}"] }\nd: ${{ a ? "b: c" : d }} # no\n',
    );
    expect(found).toEqual([]);
    expect(document.value).toEqual({
      a: { b: '${{ x["k"] }}', c: ['${{ y, z }}', '${{ {1: 2} }}'] },
      d: '${{ a ? "b: c" : d }}',
    });
  });

  it('skips a byte order mark and takes lines that end with CR LF', () => {
    const { document, found } = read('\uFEFFa: 1\r\nb: [2\u0007]\r\n');
    expect(document.value).toBeUndefined();
    expect(found[0]).toMatchObject({ line: 2, column: 6, sourceLine: 'b: [2\u0007]' });
    expect(read('\uFEFFa: 1\r\nb: 2\r\n').document.value).toEqual({ a: 1, b: 2 });
  });

  it('refuses a file above the limit without reading it as YAML', () => {
    expect(codes(`a: ${'x'.repeat(maximumFileSize)}`)).toEqual(['file-too-large']);
  });

  it.each([
    ['lists', '['.repeat(20_000)],
    ['maps', `a: ${'{a: '.repeat(10_000)}`],
    ['dashes', '- '.repeat(20_000)],
    ['question marks', '? '.repeat(5_000)],
  ])('refuses depth that would end the process: %s', (_, text) => {
    expect(codes(text)).toEqual(['too-deep']);
  });

  it('lets aliases say a thing twice, as copies of their own', () => {
    const { document, found } = read('a: &x { b: [1] }\nc: *x\n');
    expect(found).toEqual([]);
    const value = document.value as { a: object; c: object };
    expect(value.c).toEqual(value.a);
    expect(value.c).not.toBe(value.a);
  });

  it('refuses aliases that multiply or contain themselves', () => {
    const bomb = Array.from(
      { length: 12 },
      (_, i) =>
        `x${i}: &x${i} [${
          i === 0
            ? '1'
            : Array(9)
                .fill(`*x${i - 1}`)
                .join(', ')
        }]`,
    );
    expect(codes(bomb.join('\n'))).toEqual(['alias-bomb']);
    expect(codes('a: &a [*a]\n')).toEqual(['alias-cycle']);
  });

  it('does not touch prototypes', () => {
    expect(codes('__proto__: { polluted: true }\na: { constructor: 1, prototype: 2 }\n')).toEqual(
      Array(3).fill('forbidden-key'),
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('any text', () => {
  const pieces = [
    'a',
    'b: ',
    '- ',
    '\n',
    '  ',
    '{',
    '}',
    '[',
    ']',
    ', ',
    '"',
    "'",
    '|',
    '>',
    '&a ',
    '*a',
    '!t ',
    '${{',
    '}}',
    '#',
    '? ',
    ': ',
    '---\n',
    '\t',
    '<<: ',
  ];
  const yamlLike = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(''));

  it('is data or is refused, never thrown', () => {
    fc.assert(
      fc.property(fc.oneof(yamlLike, fc.string({ unit: 'binary' })), (text) => {
        const { document, found } = read(text);
        expect(document.value !== undefined || found.length > 0).toBe(true);
        for (const { line, column, length, sourceLine } of found) {
          expect(line).toBeGreaterThan(0);
          expect(column).toBeGreaterThan(0);
          expect(column - 1 + length).toBeLessThanOrEqual(sourceLine.length);
        }
      }),
      { numRuns: 500 },
    );
  });
});
