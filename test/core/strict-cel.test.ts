// CEL as its specification has it: nothing counts as something, no number becomes another one, and every evaluation ends.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactJson } from '../../src/core/exact-json.ts';
import { compile, ExpressionError } from '../../src/core/expression.ts';
import { evaluate, evaluateCondition } from '../../src/core/template.ts';
import { Uncomputable } from '../../src/core/uncomputable.ts';

const failure = (source: string, scope = {}): string => {
  try {
    return `it yields ${JSON.stringify(evaluate(source, scope))}`;
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
};

describe('a number that is read from text', () => {
  it.each([
    '',
    ' ',
    '5 ',
    ' 5',
    '0x10',
    '0b11',
    '0o7',
    '1_000',
    '1e3',
    '1.0',
    'five',
    '--5',
    '9223372036854775808',
    '٣',
  ])('is none: int(%j)', (text) => {
    expect(failure('int(t)', { t: text })).toMatch(/is no whole number|is out of range/);
    expect(failure('uint(t)', { t: text })).toMatch(/is no whole number|out of range|^it yields 9223372036854775808/);
  });

  it.each(['', ' ', '1 ', '0x10', '0b1', '1_0', 'e5', '.', '1e400', '1,5'])('is none: double(%j)', (text) => {
    expect(failure('double(t)', { t: text })).toMatch(/is no number|is out of range/);
  });

  it('is what its digits say', () => {
    expect(evaluate('int("-9007199254740991") == -9007199254740991 && int("+7") == 7 && int("007") == 7', {})).toBe(
      true,
    );
    expect(evaluate('double("1.5e3") == 1500.0 && double(".5") == 0.5 && uint("5") == 5u', {})).toBe(true);
    expect(evaluate('int(2.9) == 2 && int(-2.9) == -2 && int(5u) == 5 && double(2) == 2.0', {})).toBe(true);
  });

  it('reads back every integer of 64 bits, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
        (n) => evaluate('string(int(t)) == t', { t: `${n}` }) === true,
      ),
    );
    fc.assert(
      fc.property(fc.string(), (t) => /^[+-]?\d+$/.test(t) || /is no whole number/.test(failure('int(t)', { t }))),
    );
  });
});

describe('a number that leaves an expression', () => {
  it.each([
    ['1.0 / 0.0', /infinite/],
    ['-1.0 / 0.0', /infinite/],
    ['0.0 / 0.0', /NaN/],
    ['double("inf")', /infinite/],
    ['[1.0 / 0.0]', /infinite/],
    ['{"a": 1.0 / 0.0}', /infinite/],
    ['9007199254740993', /9007199254740993, which can't be kept exactly/],
    ['9223372036854775807', /can't be kept exactly/],
    ['18446744073709551615u', /can't be kept exactly/],
    ['[{"a": 10000000000000001}]', /can't be kept exactly/],
    ['9223372036854775807 + 1', /overflow/],
    ['int(1e300)', /out of range/],
    ['b"abc"', /bytes/],
    ['type(1)', /type/],
  ])('is told when plain data can not hold it: %s', (source, message) => {
    expect(failure(source)).toMatch(message);
  });

  it('is kept as it is, and text keeps all digits', () => {
    expect(evaluate('string(1700000000123456789)', {})).toBe('1700000000123456789');
    expect(evaluate('[5u, 9007199254740991, -9007199254740991, 0.5]', {})).toEqual([5, 2 ** 53 - 1, 1 - 2 ** 53, 0.5]);
    expect(evaluate('duration("90s")', {})).toBe('90s');
    expect(evaluate('timestamp("2026-01-02T03:04:05Z")', {})).toBe('2026-01-02T03:04:05.000Z');
  });

  it.each(['1e400', '0.12345678901234567890', '9007199254740993.0'])('is refused where it is written: %s', (source) => {
    expect(compile(`1.0 + ${source}`)).toMatchObject({
      ok: false,
      offset: 6,
      message: expect.stringMatching(/can't be kept|Invalid number/),
    });
  });
});

const rounded = (value: unknown): unknown => {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(rounded);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rounded(each)]));
};

describe('JSON', () => {
  it('keeps whole numbers of any size, and compares them exactly', () => {
    const scope = { text: '{"id": 9007199254740993, "max": 18446744073709551615}' };
    expect(evaluate('json(text).id == 9007199254740992', scope)).toBe(false);
    expect(evaluate('json(text).id == 9007199254740993', scope)).toBe(true);
    expect(evaluate('string(json(text).max)', scope)).toBe('18446744073709551615');
    expect(failure('json(text).id', scope)).toContain("9007199254740993, which can't be kept exactly");
  });

  it.each(['1e400', '-1e400', '1e-400', '1700000000.1234567891', '9007199254740993.0'])(
    'says so where %s is read, and only there',
    (number) => {
      const scope = { text: `{"a": {"b": ${number}, "s": "${number}"}, "l": [1, ${number}], "ok": true}` };
      expect(evaluate('json(text).ok && json(text).a.s.size() > 0 && json(text).l[0] == 1', scope)).toBe(true);
      for (const read of [
        'a.b',
        'a',
        'l[1]',
        'l',
        '?a.?b',
        'a.b == 1',
        'a.b != 1',
        'l != [1, 2]',
        'a != {"b": 1, "s": ""}',
        'l.exists(x, x == 7)',
        'a["b"]',
      ])
        expect(failure(`json(text).${read}`, scope), read).toContain(`the number ${number} can't be kept exactly`);
    },
  );

  it('is what JSON.parse makes of it where all numbers are held', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(rounded(exactJson(text))).toEqual(JSON.parse(text));
      }),
    );
    fc.assert(fc.property(fc.bigInt(), (n) => String(exactJson(`[${n}]`)) === `${n}`));
  });

  it('takes no text for a number', () => {
    const text = '{"a": "1e400", "b\\"9007199254740993": "\\\\", "9007199254740993": ["9007199254740993"]}';
    expect(exactJson(text)).toEqual(JSON.parse(text));
  });
});

describe('a condition', () => {
  it.each([
    ['size("abc")', 'it yields 3, not true or false'],
    ['"true"', 'it yields the text "true", not true or false'],
    ['x', 'it yields the text "true\\n", not true or false'],
    ['[1]', 'it yields a list, not true or false'],
    ['{"a": 1}', 'it yields a map, not true or false'],
    ['null', 'it yields null, not true or false'],
    ['int("1")', 'it yields 1, not true or false'],
  ])('that is none is told: %s', (source, message) => {
    expect(() => evaluateCondition(source, { x: 'true\n' })).toThrow(message);
  });

  it('is true or false', () => {
    expect([evaluateCondition('1 < 2', {}), evaluateCondition('x', { x: false })]).toEqual([true, false]);
  });
});

describe('what is not known whole', () => {
  const scope = { stdout: new Uncomputable('its output is larger than 1 MiB'), exitCode: 0, steps: { a: 1 } };

  it('can not be computed with, in any way', () => {
    for (const source of [
      'stdout',
      'stdout == ""',
      'stdout != ""',
      '!stdout.contains("x")',
      'size(stdout)',
      'string(stdout)',
      'stdout in ["a"]',
      '[stdout]',
      '{"a": stdout}',
      'type(stdout)',
      'optional.of(stdout)',
    ])
      expect(failure(source, scope), source).toBe('its output is larger than 1 MiB');
  });

  it('keeps nobody from what is', () => {
    expect(evaluate('exitCode == 0', scope)).toBe(true);
    expect(evaluate('exitCode == 0 || stdout == ""', scope)).toBe(true);
  });
});

describe('an evaluation', () => {
  it('ends with a catastrophic pattern', () => {
    expect(
      evaluate('t.matches("^(a+)+$") || t.find("(a|a)*b") != "" || t.matches("(.*)*=")', {
        t: `${'a'.repeat(50_000)}!`,
      }),
    ).toBe(false);
  });

  it.each(['(?=a)b', '(a)\\\\1', '(?<!a)b', '('])('says what is no pattern: %s', (source) => {
    expect(failure(`"x".matches("${source}")`)).toMatch(/^invalid regular expression /);
  });

  it('refuses texts and lists that multiply', () => {
    const chain = `t${'.replace("a", "aaaaaaaaaa")'.repeat(10)}`;
    expect(failure(`size(${chain})`, { t: 'a'.repeat(100) })).toContain('texts of more than 128 MiB');
    expect(
      failure('l.map(x, t).join(t).size()', { l: Array.from({ length: 1000 }, () => 1), t: 'a'.repeat(1e6) }),
    ).toContain('128 MiB');
    expect(
      failure('l.map(x, t.split("")).size()', { l: Array.from({ length: 1000 }, () => 1), t: 'a'.repeat(1e5) }),
    ).toContain('1000000 elements');
    expect(failure('range(10001)')).toContain('at most 10000, not to 10001');
    expect(failure('range(-1)')).toContain('not to -1');
    expect(evaluate('size(range(10000))', {})).toBe(10_000);
  });

  it('replaces text by text, whatever signs are in it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ maxLength: 2 }), fc.string(), (t, from, to) => {
        expect(evaluate('t.replace(from, to)', { t, from, to })).toBe(
          from === '' ? t.replaceAll('', () => to) : t.split(from).join(to),
        );
      }),
    );
  });
});
