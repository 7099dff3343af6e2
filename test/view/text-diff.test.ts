import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textDiff } from '../../src/view/text-diff.ts';

const shown = (from: string, to: string): readonly string[] => textDiff(from, to).map(({ sign, text }) => sign + text);

describe('a diff of two texts', () => {
  it('shows what changed with a little around it', () => {
    const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
    const after = ['a', 'b', 'c', 'd', 'E', 'f', 'g', 'h', 'i', 'j'];
    expect(shown(before.join('\n'), after.join('\n'))).toEqual(
      ['…', ' c', ' d', '-e', '+E', ' f', ' g', ' h', ' i', '+j'].flat(),
    );
  });

  it('holds every line that differs, and makes the one text of the other', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 5, minLength: 1 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = textDiff(before.join('\n'), after.join('\n')).filter(({ sign }) => sign !== '…');
        if (before.join() === after.join()) return;
        const of = (sign: string) => lines.filter((each) => each.sign === sign).length;
        expect(of('+') - of('-')).toBe(after.length - before.length);
        const kept = before.length - of('-');
        expect(kept).toBe(after.length - of('+'));
      }),
    );
  });

  it('only counts what is too long to compare', () => {
    expect(shown('x\n'.repeat(5000), 'y')).toEqual(['-(5001 lines)', '+(1 lines)']);
  });
});
