// CEL's own functions where the library is laxer than the language's definition, or has no bound: numbers from text, numbers out of
// range, regular expressions, texts that multiply. The library lets nobody replace a function of its own, so these have names that no
// expression can spell, and calls are turned to them after parsing.
import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { countElements, countText } from './evaluation-budget.ts';
import { pattern } from './pattern.ts';

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
