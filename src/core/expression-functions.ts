// The functions `lab` adds to CEL's own: the few that facts about labs need. Names follow Kubernetes' and cel-go's extensions.
import type { Environment } from '@marcbachmann/cel-js';
import { toCel } from './cel-values.ts';
import { countElements, countText } from './evaluation-budget.ts';
import { exactJson } from './exact-json.ts';
import { pattern } from './pattern.ts';
import { linesOf } from './readings.ts';

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
