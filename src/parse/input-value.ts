// One input's value: read from text as its type says, and held against its bounds.
import { exactJson, isKept } from '../core/exact-json.ts';
import { pattern } from '../core/pattern.ts';
import { parseDuration } from '../core/quantity.ts';
import { Uncomputable } from '../core/uncomputable.ts';
import type { InputSpec } from '../core/workflow.ts';
import { addressFamily, problemOfPrefix } from './address-text.ts';
import { nearest } from './nearest.ts';

export interface InputProblem {
  readonly message: string;
  readonly expected: string;
  readonly hint?: string;
  /** Of a map: the name whose value is meant. */
  readonly at?: string;
}

export type InputReading =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: InputProblem };

/** The value that the text after `--set NAME=` stands for. */
export const readInputText = (spec: InputSpec, text: string): InputReading => {
  const value = valueOfText(spec, text);
  const problem = problemOfInput(spec, value);
  return problem ? { ok: false, problem } : { ok: true, value };
};

const valueOfText = (spec: InputSpec, text: string): unknown => {
  switch (spec.type) {
    case 'integer':
    case 'number':
      return numberOf(text) ?? text;
    case 'boolean':
      return booleanOf(text) ?? text;
    case 'list':
      return listOf(spec.items ?? 'string', text);
    case 'map':
      return mapOf(spec.items ?? 'string', text);
    default:
      return text;
  }
};

/** One that can't be kept as it is written stays the text it is. */
const numberOf = (text: string): number | undefined =>
  /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) && isKept(text.trim().replace(/^\+/, ''))
    ? Number(text)
    : undefined;

const booleanOf = (text: string): boolean | undefined =>
  text === 'true' ? true : text === 'false' ? false : undefined;

/** JSON when it looks like a JSON list, else items between commas. */
const listOf = (items: string, text: string): unknown => {
  const trimmed = text.trim();
  if (trimmed.startsWith('[')) return jsonOf(trimmed) ?? text;
  return trimmed === '' ? [] : trimmed.split(',').map((each) => itemOf(items, each.trim()));
};

/** JSON when it looks like a JSON object, else NAME=VALUE between commas; a name that comes twice makes it no map. */
const mapOf = (items: string, text: string): unknown => {
  const trimmed = text.trim();
  if (trimmed.startsWith('{')) return hasNameTwice(trimmed) ? text : (jsonOf(trimmed) ?? text);
  if (trimmed === '') return {};
  const entries = trimmed.split(',').map((each): [string, unknown] => {
    const cut = each.indexOf('=');
    return [each.slice(0, Math.max(cut, 0)).trim(), itemOf(items, each.slice(cut + 1).trim())];
  });
  const names = new Set(entries.map(([name]) => name));
  return names.size < entries.length || names.has('') ? text : Object.fromEntries(entries);
};

/** Of a JSON object whose values are no objects: JSON would keep the last one. */
const hasNameTwice = (json: string): boolean => {
  const names = [...json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?/g)].flatMap(([, name, colon]) => (colon ? [name] : []));
  return new Set(names).size < names.length;
};

/** Undefined for what is no JSON: it is a value like any other wrong one, and the caller says what was expected. */
const jsonOf = (text: string): unknown => {
  try {
    return exactJson(text);
  } catch {
    return undefined;
  }
};

const itemOf = (items: string, text: string): unknown => {
  if (items === 'integer' || items === 'number') return numberOf(text) ?? text;
  return items === 'boolean' ? (booleanOf(text) ?? text) : text;
};

/** Why a value does not fit its input; undefined when it does. */
export const problemOfInput = (spec: InputSpec, value: unknown): InputProblem | undefined => {
  switch (spec.type) {
    case 'integer':
    case 'number':
      return problemOfItem(spec.type, value) ?? outOfRange(Number(value), spec);
    case 'list':
      return problemOfList(spec, value);
    case 'map':
      return problemOfMap(spec, value);
    case 'enum':
      return problemOfChoice(spec.values, value);
    case 'string':
    case 'secret':
      return problemOfItem('string', value) ?? problemOfText(spec, String(value));
    default:
      return problemOfItem(spec.type, value);
  }
};

const problem = (message: string, expected: string, hint?: string): InputProblem => ({
  message,
  expected,
  ...(hint === undefined ? {} : { hint }),
});

const shown = (value: unknown): string =>
  typeof value === 'string'
    ? `"${value}"`
    : typeof value === 'bigint' || value instanceof Uncomputable
      ? 'a number that can not be kept exactly'
      : (JSON.stringify(value) ?? 'nothing');

const expectations = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  ip: 'an IPv4 or IPv6 address',
  prefix: 'a prefix such as 10.0.0.0/24 or fd00::/64',
  duration: 'a duration such as 500ms, 30s, 15m, 1h30m',
  path: 'a path',
};

const problemOfItem = (type: keyof typeof expectations, value: unknown): InputProblem | undefined => {
  if (fits(type, value)) return undefined;
  const detail = type === 'prefix' && typeof value === 'string' ? problemOfPrefix(value) : undefined;
  return problem(`${shown(value)} is not ${expectations[type]}`, detail ?? expectations[type]);
};

const fits = (type: keyof typeof expectations, value: unknown): boolean => {
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'number') return Number.isFinite(value);
  if (type === 'boolean') return typeof value === 'boolean';
  if (typeof value !== 'string') return false;
  if (type === 'ip') return addressFamily(value) !== undefined;
  if (type === 'prefix') return problemOfPrefix(value) === undefined;
  if (type === 'duration') return parseDuration(value) !== undefined;
  return type === 'path' ? value !== '' && !value.includes('\u0000') : true;
};

interface Range {
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
}

const outOfRange = (value: number, { minimum, maximum }: Range, unit?: string): InputProblem | undefined => {
  const amount = (count: number): string =>
    unit === undefined ? `${count}` : `${count} ${unit}${count === 1 ? '' : 's'}`;
  const [less, more] = unit === undefined ? ['too small', 'too large'] : ['too few', 'too many'];
  const verb = unit === undefined || value === 1 ? 'is' : 'are';
  if (minimum !== undefined && value < minimum)
    return problem(`${amount(value)} ${verb} ${less}`, `at least ${amount(minimum)}`);
  if (maximum !== undefined && value > maximum)
    return problem(`${amount(value)} ${verb} ${more}`, `at most ${amount(maximum)}`);
  return undefined;
};

const problemOfText = (
  spec: { minLength?: number | undefined; maxLength?: number | undefined; pattern?: string | undefined },
  value: string,
): InputProblem | undefined => {
  const length = outOfRange([...value].length, { minimum: spec.minLength, maximum: spec.maxLength }, 'character');
  if (length || spec.pattern === undefined) return length;
  return pattern(spec.pattern).test(value)
    ? undefined
    : problem(`it does not match the pattern`, `text that matches ${spec.pattern}`);
};

const problemOfChoice = (values: readonly string[], value: unknown): InputProblem | undefined => {
  if (typeof value === 'string' && values.includes(value)) return undefined;
  const near = nearest(String(value), values);
  return problem(`${shown(value)} is not one of the values`, values.join(', '), near && `did you mean \`${near}\`?`);
};

const problemOfList = (spec: InputSpec & { type: 'list' }, value: unknown): InputProblem | undefined => {
  if (!Array.isArray(value)) return problem(`${shown(value)} is not a list`, 'items between commas, or a JSON list');
  const type = spec.items ?? 'string';
  const wrong = value.map((item) => problemOfItem(type, item)).find((each) => each !== undefined);
  return wrong ?? outOfRange(value.length, { minimum: spec.minItems, maximum: spec.maxItems }, 'item');
};

const problemOfMap = (spec: InputSpec & { type: 'map' }, value: unknown): InputProblem | undefined => {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uncomputable)
    return problem(`${shown(value)} is not a map`, 'NAME=VALUE between commas, each name once, or a JSON object');
  for (const [name, item] of Object.entries(value)) {
    const wrong = problemOfItem(spec.items ?? 'string', item);
    if (wrong) return { ...wrong, message: `${name}: ${wrong.message}`, at: name };
  }
  return undefined;
};
