import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InputSpec } from '../../src/core/workflow.ts';
import { addressFamily, problemOfPrefix } from '../../src/parse/address-text.ts';
import { resolveInputs } from '../../src/parse/inputs.ts';

const one = (spec: InputSpec, text: string): unknown => {
  const resolved = resolveInputs({ x: spec }, { set: [`x=${text}`] });
  return resolved.ok ? resolved.values['x'] : resolved.problems.map(({ message }) => message);
};

describe('an input', () => {
  it.each<[InputSpec, string, unknown]>([
    [{ type: 'string' }, 'a=b c', 'a=b c'],
    [{ type: 'string' }, '', ''],
    [{ type: 'integer' }, '8', 8],
    [{ type: 'integer' }, '-8', -8],
    [{ type: 'number' }, '1.5e1', 15],
    [{ type: 'boolean' }, 'true', true],
    [{ type: 'enum', values: ['a', 'b'] }, 'b', 'b'],
    [{ type: 'list' }, 'a, b,c', ['a', 'b', 'c']],
    [{ type: 'list' }, '', []],
    [{ type: 'list', items: 'integer' }, '1,2', [1, 2]],
    [{ type: 'list', items: 'boolean' }, 'true,false', [true, false]],
    [{ type: 'list', items: 'ip' }, '["10.0.0.1", "fd00::1"]', ['10.0.0.1', 'fd00::1']],
    [{ type: 'list', items: 'prefix' }, '10.0.0.0/8', ['10.0.0.0/8']],
    [{ type: 'map', items: 'ip' }, 'lab-a=10.0.0.1, lab-b=fd00::1', { 'lab-a': '10.0.0.1', 'lab-b': 'fd00::1' }],
    [{ type: 'map', items: 'integer' }, '{"a": 1}', { a: 1 }],
    [{ type: 'map' }, 'a=b=c', { a: 'b=c' }],
    [{ type: 'map' }, '', {}],
    [{ type: 'ip' }, '::ffff:10.0.0.1', '::ffff:10.0.0.1'],
    [{ type: 'prefix' }, 'fd00:1::/64', 'fd00:1::/64'],
    [{ type: 'duration' }, '1h30m', '1h30m'],
    [{ type: 'path' }, '../x y', '../x y'],
    [{ type: 'secret', minLength: 3 }, 'abc', 'abc'],
  ])('of %o takes %o', (spec, text, value) => {
    expect(one(spec, text)).toEqual(value);
  });

  it.each<[InputSpec, string, string]>([
    [{ type: 'string', minLength: 3 }, 'ab', '2 characters are too few; expected at least 3 characters'],
    [{ type: 'string', maxLength: 1 }, 'ab', '2 characters are too many; expected at most 1 character'],
    [
      { type: 'string', pattern: '^[a-z]+$' },
      'A',
      'it does not match the pattern; expected text that matches ^[a-z]+$',
    ],
    [{ type: 'integer' }, '1.5', '1.5 is not a whole number; expected a whole number'],
    [{ type: 'integer' }, '', '"" is not a whole number; expected a whole number'],
    [{ type: 'integer' }, '0x10', '"0x10" is not a whole number; expected a whole number'],
    [{ type: 'integer', minimum: 1 }, '0', '0 is too small; expected at least 1'],
    [{ type: 'number', maximum: 1 }, '1.01', '1.01 is too large; expected at most 1'],
    [{ type: 'boolean' }, 'yes', '"yes" is not true or false; expected true or false'],
    [{ type: 'enum', values: ['small', 'large'] }, 'smal', '"smal" is not one of the values; expected small, large'],
    [{ type: 'list', items: 'integer' }, '1,x', '"x" is not a whole number; expected a whole number'],
    [{ type: 'list' }, '[1', '"[1" is not a list; expected items between commas, or a JSON list'],
    [{ type: 'list', minItems: 2 }, 'a', '1 item is too few; expected at least 2 items'],
    ...['a=1,a=2', 'a', '=1', '{"a"', '{"a":1,"a":2}'].map((text): [InputSpec, string, string] => [
      ...([{ type: 'map' }, text] as const),
      `"${text}" is not a map; expected NAME=VALUE between commas, each name once, or a JSON object`,
    ]),
    [{ type: 'map', items: 'ip' }, 'a=x', 'a: "x" is not an IPv4 or IPv6 address; expected an IPv4 or IPv6 address'],
    [{ type: 'ip' }, '10.0.0.01', '"10.0.0.01" is not an IPv4 or IPv6 address; expected an IPv4 or IPv6 address'],
    [
      { type: 'prefix' },
      '10.0.0.1/33',
      '"10.0.0.1/33" is not a prefix such as 10.0.0.0/24 or fd00::/64; expected a length of at most 32',
    ],
    [
      { type: 'duration' },
      '5',
      '"5" is not a duration such as 500ms, 30s, 15m, 1h30m; expected a duration such as 500ms, 30s, 15m, 1h30m',
    ],
    [{ type: 'path' }, '', '"" is not a path; expected a path'],
  ])('of %o refuses %o', (spec, text, message) => {
    expect(one(spec, text)).toEqual([message]);
  });

  it('never repeats a secret that does not fit', () => {
    const resolved = resolveInputs(
      { s: { type: 'secret', pattern: '^[a-z]+$', minLength: 5 } },
      { set: ['s=HUNTER2'] },
    );
    expect(JSON.stringify(resolved)).not.toContain('HUNTER2');
    const typed = resolveInputs({ s: { type: 'secret' } }, { set: [], file: { s: 4711 } });
    expect(JSON.stringify(typed)).not.toContain('4711');
  });
});

describe('the inputs of a run', () => {
  const specs: Record<string, InputSpec> = {
    nodes: { type: 'integer', default: 3 },
    name: { type: 'string', required: true },
    note: { type: 'string' },
  };

  it('are taken from the command line, then the file, then the defaults', () => {
    expect(resolveInputs(specs, { set: ['name=x'] })).toEqual({ ok: true, values: { nodes: 3, name: 'x' } });
    expect(resolveInputs(specs, { set: ['name=x', 'name=y'], file: { name: 'z', nodes: 5 } })).toEqual({
      ok: true,
      values: { nodes: 5, name: 'y' },
    });
  });

  it('are all looked at before anything is said', () => {
    const resolved = resolveInputs(specs, {
      set: ['nodse=4', 'nodes=x', 'bare', '=1'],
      file: { note: 7, toString: 1 },
    });
    expect(resolved).toEqual({
      ok: false,
      problems: [
        { input: 'bare', message: 'no value', hint: '--set NAME=VALUE' },
        { input: '=1', message: 'no value', hint: '--set NAME=VALUE' },
        { input: 'note', message: '7 is not text; expected text' },
        { input: 'toString', message: 'there is no such input', hint: 'the inputs are nodes, name, note' },
        { input: 'nodse', message: 'there is no such input', hint: 'did you mean `nodes`?' },
        { input: 'nodes', message: '"x" is not a whole number; expected a whole number' },
        { input: 'name', message: 'a value is required', hint: '--set name=…' },
      ],
    });
  });

  it('must be a map when they come from a file', () => {
    const resolved = resolveInputs({}, { set: [], file: ['a'] });
    expect(resolved.ok || resolved.problems[0]?.message).toBe('the file holds no map of inputs');
  });

  it('are not confused by what every object has', () => {
    expect(resolveInputs({}, { set: ['__proto__=1', 'constructor=2'] }).ok).toBe(false);
  });
});

describe('an address', () => {
  it('is known by its family in every spelling', () => {
    fc.assert(fc.property(fc.ipV4(), (text) => addressFamily(text) === 4));
    fc.assert(fc.property(fc.ipV6(), (text) => addressFamily(text) === 6));
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    'g::',
    '12345::',
    '1.2.3.4::',
    'fe80::1%eth0',
  ])('is not %o', (text) => {
    expect(addressFamily(text)).toBeUndefined();
  });

  it('makes a prefix only without bits beyond the length', () => {
    expect(problemOfPrefix('10.0.0.0/8')).toBeUndefined();
    expect(problemOfPrefix('0.0.0.0/0')).toBeUndefined();
    expect(problemOfPrefix('10.1.2.3/32')).toBeUndefined();
    expect(problemOfPrefix('fd00::/8')).toBeUndefined();
    expect(problemOfPrefix('10.0.0.1/31')).toBe('no bits set after the first 31');
    expect(problemOfPrefix('fd00::1/64')).toBe('no bits set after the first 64');
    for (const wrong of ['10.0.0.0', '10.0.0.0/', '10.0.0.0/x', '10.0.0.0/8/8', '/8']) {
      expect(problemOfPrefix(wrong)).toBe('an address, a slash and a length');
    }
  });
});
