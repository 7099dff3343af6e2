import { describe, expect, it } from 'vitest';
import { cleanLine, cleanText, textWidth, truncate, wrap } from '../../src/view/text.ts';

const esc = '\u001b';

describe('foreign text', () => {
  it('loses everything that could command a terminal', () => {
    expect(cleanText(`${esc}[2J${esc}[31mred${esc}[0m`)).toBe('red');
    expect(cleanText(`${esc}]0;owned\u0007title`)).toBe('title');
    expect(cleanText(`${esc}]8;;http://x${esc}\\link${esc}]8;;${esc}\\`)).toBe('link');
    expect(cleanText(`${esc}P1$tx${esc}\\after`)).toBe('after');
    expect(cleanText(`a\u009b31mb\u0090x\u009cc\u0000\u0008\u007fd`)).toBe('abcd');
    expect(cleanText(`${esc}]0;never ended`)).toBe('');
    expect(cleanText(`${esc}]0;not ended${esc}[31mred`)).toBe('red');
    expect(cleanText(`lone ${esc}`)).toBe('lone ');
  });

  it('loses marks that reorder or hide what is read', () => {
    expect(cleanText('a\u202eb\u2066c\u200bd\ufeff')).toBe('abcd');
  });

  it('keeps newlines, makes tabs blank and lone surrogates visible', () => {
    expect(cleanText('a\n\tb')).toBe('a\n    b');
    expect(cleanText('x\ud800y')).toBe('x\ufffdy');
  });

  it('shows what a progress bar printed last', () => {
    expect(cleanLine('10%\r50%\r100%')).toBe('100%');
    expect(cleanLine('done\r\n')).toBe('done');
  });

  it('cleans a megabyte of escape starts quickly', () => {
    const begin = process.cpuUsage().user;
    cleanText(`${esc}]`.repeat(500_000));
    expect(process.cpuUsage().user - begin).toBeLessThan(5_000_000);
  });
});

describe('the width of text', () => {
  it('counts the columns of a terminal', () => {
    expect(textWidth('abc')).toBe(3);
    expect(textWidth('日本')).toBe(4);
    expect(textWidth('e\u0301')).toBe(1);
    expect(textWidth('👩‍👩‍👧')).toBe(2);
    expect(textWidth('한글ｱ')).toBe(5);
    expect(textWidth(`${esc}[1mbold${esc}[0m`)).toBe(4);
  });

  it('cuts at a column, never through a wide sign', () => {
    expect(truncate('abcdef', 4)).toBe('abc…');
    expect(truncate('日本語', 5)).toBe('日本…');
    expect(truncate('日本語', 4)).toBe('日…');
    expect(truncate('abc', 3)).toBe('abc');
    expect(truncate('abc', 0)).toBe('');
  });
});

describe('wrapped text', () => {
  it('breaks between words and keeps long words whole', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrap('a averyverylongword b', 6)).toEqual(['a', 'averyverylongword', 'b']);
    expect(wrap('日本 語', 5)).toEqual(['日本', '語']);
  });
});
