// The functions that expressions have: CEL's own, as strict as its specification, and those of `lab`.
import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { toCel } from './cel-values.ts';
import { countElements, countText } from './evaluation-budget.ts';
import { exactJson } from './exact-json.ts';
import { pattern } from './pattern.ts';
import { linesOf } from './printed.ts';

type Value = bigint | number | string;

const compare = (a: Value, b: Value): number => (a < b ? -1 : a > b ? 1 : 0);
const keyOf = (value: unknown): string =>
  JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}n` : each));
const distinct = (list: unknown[]): unknown[] => [...new Map(list.map((each) => [keyOf(each), each])).values()];
const sum = (list: Value[]): Value =>
  list.every((each) => typeof each === 'bigint')
    ? (list as bigint[]).reduce((total, each) => total + each, 0n)
    : list.reduce<number>((total, each) => total + Number(each), 0);

const extreme = (list: Value[], sign: 1 | -1): Value => {
  const [first, ...rest] = list;
  if (first === undefined) throw new Error('min and max need a list that is not empty');
  return rest.reduce((best, each) => (compare(each, best) * sign > 0 ? each : best), first);
};

/** The first match of a regular expression, or an empty string. */
const find = (text: string, source: string): string => pattern(source).exec(text)?.groups[0] ?? '';

const longestRange = 10_000;

const range = (count: bigint): bigint[] => {
  if (count < 0n || count > longestRange)
    throw new Error(`range() counts from 0 to at most ${longestRange}, not to ${count}`);
  const length = Number(count);
  countElements(length);
  return Array.from({ length }, (_, index) => BigInt(index));
};

const lines = (text: string): string[] => {
  const found = linesOf(text);
  countElements(found.length);
  return found;
};

/** Counted before it is made: a chain of replacements may double a text each time. */
const replace = (text: string, from: string, to: string): string => {
  const growth = to.length - from.length;
  countText(text.length);
  if (growth > 0) {
    if (from === '') countText((text.length + 1) * growth);
    else for (let at = text.indexOf(from); at !== -1; at = text.indexOf(from, at + from.length)) countText(growth);
  }
  return text.replaceAll(from, to.replaceAll('$', '$$$$'));
};

interface ExpressionFunction {
  /** As CEL's libraries write them: receiver, arguments, result. */
  readonly signature: string;
  readonly meaning: string;
  readonly example: string;
  readonly run: (...values: never[]) => unknown;
}

export const expressionFunctions: readonly ExpressionFunction[] = [
  {
    signature: 'list<dyn>.distinct(): list<dyn>',
    meaning: 'each value once, in the order of the first',
    example: '[1, 2, 1].distinct() == [1, 2]',
    run: distinct,
  },
  {
    signature: 'list<dyn>.sort(): list<dyn>',
    meaning: 'numbers by size, texts by their characters',
    example: '[3, 1, 2].sort() == [1, 2, 3]',
    run: (list: Value[]) => [...list].sort(compare),
  },
  {
    signature: 'list<dyn>.sum(): dyn',
    meaning: 'the sum; 0 of an empty list',
    example: '[1, 2, 3].sum() == 6',
    run: sum,
  },
  {
    signature: 'list<dyn>.min(): dyn',
    meaning: 'the least; an error for an empty list',
    example: '[3, 1, 2].min() == 1',
    run: (list: Value[]) => extreme(list, -1),
  },
  {
    signature: 'list<dyn>.max(): dyn',
    meaning: 'the greatest; an error for an empty list',
    example: "['b', 'c', 'a'].max() == 'c'",
    run: (list: Value[]) => extreme(list, 1),
  },
  {
    signature: 'list<dyn>.flatten(): list<dyn>',
    meaning: 'lists within the list, laid end to end',
    example: '[[1], [2, 3]].flatten() == [1, 2, 3]',
    run: (list: unknown[]) => list.flat(),
  },
  {
    signature: 'string.lines(): list<string>',
    meaning: 'the lines that are not empty',
    example: "'a\\n\\nb\\n'.lines() == ['a', 'b']",
    run: lines,
  },
  {
    signature: 'string.find(string): string',
    meaning: 'the first match of a regular expression, or an empty text',
    example: "'up 12 days'.find('[0-9]+') == '12'",
    run: find,
  },
  {
    signature: 'string.replace(string, string): string',
    meaning: 'every occurrence of a text replaced',
    example: "'a.b.c'.replace('.', '-') == 'a-b-c'",
    run: replace,
  },
  {
    signature: 'json(string): dyn',
    meaning: 'the value that JSON text stands for',
    example: `json('{"up": [1, 2]}').up.size() == 2`,
    run: (text: string) => toCel(exactJson(text)),
  },
  {
    signature: 'keys(map<dyn, dyn>): list<dyn>',
    meaning: 'the keys of a map',
    example: "keys({'a': 1, 'b': 2}) == ['a', 'b']",
    run: (map: object) => (map instanceof Map ? [...map.keys()] : Object.keys(map)),
  },
  {
    signature: 'values(map<dyn, dyn>): list<dyn>',
    meaning: 'the values of a map',
    example: "values({'a': 1, 'b': 2}) == [1, 2]",
    run: (map: object) => (map instanceof Map ? [...map.values()] : Object.values(map)),
  },
  {
    signature: 'range(int): list<int>',
    meaning: 'that many numbers from 0; an error for more than 10,000',
    example: 'range(3) == [0, 1, 2]',
    run: range,
  },
];

/** Adds the functions and returns the same environment. */
export const registerFunctions = (environment: Environment): Environment =>
  expressionFunctions.reduce(
    (known, { signature, run }) => known.registerFunction(signature, run as (...values: unknown[]) => unknown),
    environment,
  );

// CEL's own functions where the library is laxer than the language's definition, or has no bound: numbers from text, numbers out of
// range, regular expressions, texts that multiply. The library lets nobody replace a function of its own, so these have names that no
// expression can spell, and calls are turned to them after parsing.

const leastInt = -(2n ** 63n);
const mostInt = 2n ** 63n - 1n;
const mostUint = 2n ** 64n - 1n;

const shown = (text: string): string =>
  text === '' ? 'an empty text' : JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text);

const within = (value: bigint, least: bigint, most: bigint): bigint => {
  if (value < least || value > most) throw new Error(`${value} is out of range`);
  return value;
};

const wholeOf = (text: string, form: RegExp): bigint => {
  if (!form.test(text)) throw new Error(`${shown(text)} is no whole number`);
  return BigInt(text.replace(/^\+/, ''));
};

const truncated = (value: number): bigint => {
  if (!Number.isFinite(value)) throw new Error(`${value} is no whole number`);
  return BigInt(Math.trunc(value));
};

const doubleOf = (text: string): number => {
  const word = /^([+-]?)(?:inf|infinity)$|^nan$/i.exec(text);
  if (word) return word[1] === undefined ? Number.NaN : word[1] === '-' ? -Infinity : Infinity;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw new Error(`${shown(text)} is no number`);
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Error(`${text} is out of range`);
  return value;
};

const joined = (list: readonly unknown[], separator: string): string => {
  if (!list.every((each) => typeof each === 'string')) throw new Error('join() needs a list of texts');
  countText(list.reduce((sum, each) => sum + each.length + separator.length, 0));
  return list.join(separator);
};

const split = (text: string, separator: string, limit = -1): string[] => {
  const parts = text.split(separator);
  countElements(parts.length);
  if (limit < 0 || parts.length <= limit) return parts;
  return limit === 0 ? [] : [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
};

type Run = (...values: never[]) => unknown;

const functions: Readonly<Record<string, Run>> = {
  'int(int): int': (value: bigint) => value,
  'int(uint): int': ({ value }: UnsignedInt) => within(value, leastInt, mostInt),
  'int(double): int': (value: number) => within(truncated(value), leastInt, mostInt),
  'int(string): int': (text: string) => within(wholeOf(text, /^[+-]?\d+$/), leastInt, mostInt),
  'uint(uint): uint': (value: UnsignedInt) => value,
  'uint(int): uint': (value: bigint) => new UnsignedInt(within(value, 0n, mostUint)),
  'uint(double): uint': (value: number) => new UnsignedInt(within(truncated(value), 0n, mostUint)),
  'uint(string): uint': (text: string) => new UnsignedInt(within(wholeOf(text, /^\d+$/), 0n, mostUint)),
  'double(double): double': (value: number) => value,
  'double(int): double': (value: bigint) => Number(value),
  'double(uint): double': ({ value }: UnsignedInt) => Number(value),
  'double(string): double': doubleOf,
  'string.matches(string): bool': (text: string, source: string) => pattern(source).test(text),
  'string.split(string): list<string>': (text: string, separator: string) => split(text, separator),
  'string.split(string, int): list<string>': (text: string, separator: string, limit: bigint) =>
    split(text, separator, Number(limit)),
  'list<string>.join(): string': (list: readonly unknown[]) => joined(list, ''),
  'list<string>.join(string): string': joined,
};

const prefix = 'strict_';
const names = new Set(Object.keys(functions).map((signature) => /(\w+)\(/.exec(signature)?.[1] ?? ''));

/** Adds the functions and returns the same environment. */
export const registerStrictFunctions = (environment: Environment): Environment =>
  Object.entries(functions).reduce(
    (known, [signature, run]) =>
      known.registerFunction(signature.replace(/\w+\(/, `${prefix}$&`), run as (...values: unknown[]) => unknown),
    environment,
  );

/** Turns a call of one of the library's functions to the one that stands in for it. */
export const makeStrict = (node: ASTNode): void => {
  if (node.op !== 'call' && node.op !== 'rcall') return;
  const parts = node.args as unknown[];
  if (names.has(String(parts[0]))) parts[0] = `${prefix}${parts[0]}`;
};

/** A message of the library's, with the names that people know. */
export const withPlainNames = (message: string): string => message.replaceAll(prefix, '');
