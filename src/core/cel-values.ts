// Values on their way into an expression and out of it: whole numbers are 64-bit integers inside, and nothing is rounded on the way.
import { Optional } from '@marcbachmann/cel-js';
import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { Uncomputable } from './uncomputable.ts';

const converted = new WeakMap<object, unknown>();

/** CEL tells integers from doubles; whole numbers of our data are integers. Reading what is Uncomputable in it throws. */
export const toCel = (value: unknown): unknown => {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value ?? null;
  const known = converted.get(value);
  if (known !== undefined) return known;
  const result = Array.isArray(value) ? listToCel(value) : mapToCel(value);
  if (Object.isFrozen(value)) converted.set(value, result);
  return result;
};

const listToCel = (list: readonly unknown[]): unknown[] => {
  const result: unknown[] = [];
  for (const [at, each] of list.entries()) put(result, at, each);
  return result;
};

/** The library asks an object for its constructor, which data may well have a key for. */
const mapToCel = (value: object): unknown => {
  if (Object.hasOwn(value, 'constructor'))
    return new Map(Object.entries(value).map(([key, each]) => [key, known(each)]));
  const result: Record<string, unknown> = {};
  for (const [key, each] of Object.entries(value)) put(result, key, each);
  return result;
};

/** @throws Error with the reason when there is no value. */
const known = (value: unknown): unknown => {
  if (value instanceof Uncomputable) throw new Error(value.reason);
  return toCel(value);
};

const put = (container: object, key: string | number, value: unknown): void => {
  const entry = value instanceof Uncomputable ? { get: () => known(value) } : { value: toCel(value), writable: true };
  Object.defineProperty(container, key, { ...entry, enumerable: true, configurable: true });
};

/** What an expression yields as plain data. @throws Error for what plain data can't hold as it is. */
export const toPlain = (value: unknown): unknown => {
  if (typeof value === 'bigint') return safe(value);
  if (typeof value === 'number') return finite(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(toPlain);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, each]) => [String(key), toPlain(each)]));
  return isMap(value)
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toPlain(each)]))
    : plainObject(value);
};

/** Of CEL's own types. */
const plainObject = (value: object): unknown => {
  if (value instanceof UnsignedInt) return safe(value.value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Duration) return String(value);
  if (value instanceof Uint8Array) throw new Error('it yields bytes; string() makes text of them');
  if (value instanceof Optional) return value.hasValue() ? toPlain(value.value()) : null;
  throw new Error('it yields a type');
};

const isMap = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

const safe = (value: bigint): number => {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new Error(`it yields ${value}, which can't be kept exactly as a number; string() keeps all its digits`);
};

const finite = (value: number): number => {
  if (Number.isFinite(value)) return value;
  throw new Error(`it yields ${Number.isNaN(value) ? 'no number (NaN)' : 'an infinite number'}`);
};
