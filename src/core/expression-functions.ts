// The functions `lab` adds to CEL's own: the few that facts about labs need. Names follow Kubernetes' and cel-go's extensions.
import type { Environment } from '@marcbachmann/cel-js';

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

const whole = (_: string, value: unknown): unknown =>
  typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;

/** The first match of a regular expression, or an empty string. */
const find = (text: string, pattern: string): string => new RegExp(pattern).exec(text)?.[0] ?? '';

/** A range within a loop is made anew in every turn, so its elements are counted over the whole evaluation. */
const maximumElements = 1_000_000;
let elements = 0;

/** Called before an evaluation; there is one at a time. */
export const resetElements = (): void => {
  elements = 0;
};

const range = (count: bigint): bigint[] => {
  const length = Math.max(0, Math.min(Number(count), 10_000));
  elements += length;
  if (elements > maximumElements) throw new Error(`its ranges have more than ${maximumElements} elements in all`);
  return Array.from({ length }, (_, index) => BigInt(index));
};

/** Adds the functions and returns the same environment. */
export const registerFunctions = (environment: Environment): Environment =>
  environment
    .registerFunction('list<dyn>.distinct(): list<dyn>', distinct)
    .registerFunction('list<dyn>.sort(): list<dyn>', (list: Value[]) => [...list].sort(compare))
    .registerFunction('list<dyn>.sum(): dyn', sum)
    .registerFunction('list<dyn>.min(): dyn', (list: Value[]) => extreme(list, -1))
    .registerFunction('list<dyn>.max(): dyn', (list: Value[]) => extreme(list, 1))
    .registerFunction('list<dyn>.flatten(): list<dyn>', (list: unknown[]) => list.flat())
    .registerFunction('string.lines(): list<string>', (text: string) =>
      text.split(/\r?\n/).filter((line) => line !== ''),
    )
    .registerFunction('string.find(string): string', find)
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
      text.replaceAll(from, to),
    )
    .registerFunction('json(string): dyn', (text: string) => JSON.parse(text, whole))
    .registerFunction('keys(map<dyn, dyn>): list<dyn>', (map: object) =>
      map instanceof Map ? [...map.keys()] : Object.keys(map),
    )
    .registerFunction('values(map<dyn, dyn>): list<dyn>', (map: object) =>
      map instanceof Map ? [...map.values()] : Object.values(map),
    )
    .registerFunction('range(int): list<int>', range);
