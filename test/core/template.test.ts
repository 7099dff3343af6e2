import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExpressionError } from '../../src/core/expression.ts';
import { evaluate, resolveText, resolveValue, templateParts, textOf } from '../../src/core/template.ts';

describe('a text with expressions', () => {
  it('that is one expression is its value, of any type', () => {
    expect(resolveText('${{ [1, 2] }}', {})).toEqual([1, 2]);
    expect(resolveText('${{ inputs.on }}', { inputs: { on: true } })).toBe(true);
    expect(resolveText(' ${{ 1 }}', {})).toBe(' 1');
  });

  it('puts strings in as they are, and the rest as JSON', () => {
    expect(resolveText('${{ "a b" }}: ${{ [1, "x"] }} ${{ {"k": 1} }} ${{ null }}', {})).toBe(
      'a b: [1,"x"] {"k":1} null',
    );
    expect([textOf('x'), textOf(1.5), textOf(undefined)]).toEqual(['x', '1.5', '']);
  });

  it('without expressions stays as it is, whatever else it holds', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes('${{'));
        expect(resolveText(text, {})).toBe(text);
      }),
    );
    expect(resolveText('$HOME ${x} }} {{ ${{ open', {})).toBe('$HOME ${x} }} {{ ${{ open');
  });

  it('is replaced through lists and maps, and keys are left alone', () => {
    const value = { list: ['${{ n }}', 1], '${{ n }}': null };
    expect(resolveValue(value, { n: 5 })).toEqual({ list: [5, 1], '${{ n }}': null });
  });

  it('is split into parts that know where they stand', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('${{ a }}', 'text', '\n', '$', '{{ b }}', '${{"}"}}')), (pieces) => {
        const text = pieces.join('');
        for (const part of templateParts(text))
          if (part.kind === 'expression')
            expect(text.slice(part.offset, part.offset + part.source.length)).toBe(part.source);
        const joined = templateParts(text).map((part) => (part.kind === 'text' ? part.text : `\${{${part.source}}}`));
        expect(joined.join('')).toBe(text);
      }),
    );
  });

  it('that can not be computed says which expression and where in it', () => {
    const caught = ((): unknown => {
      try {
        return evaluate('1 + inputs.none', { inputs: {} });
      } catch (error) {
        return error;
      }
    })();
    expect(caught).toBeInstanceOf(ExpressionError);
    expect(caught).toMatchObject({ source: '1 + inputs.none', offset: expect.any(Number) });
  });
});
