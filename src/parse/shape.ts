// Whether a value has the shape its schema asks for, and how to write what was meant.
import type { z } from 'zod';
import { didYouMean } from './nearest.ts';
import type { Key, Origins } from './origins.ts';
import { expectationAt, keysAt } from './schema-guide.ts';
import type { Finding, Place, Report } from './source.ts';

interface ShapeCheck {
  readonly schema: z.core.$ZodType;
  readonly value: unknown;
  /** What it is, in words: `a step`, `a workflow file`. */
  readonly what: string;
  /** Where the value as a whole is shown. */
  readonly place: Place;
  readonly origins: Origins;
  readonly report: Report;
  /** Issues that are not worth telling, by their path from the value. */
  readonly ignores?: (issue: z.core.$ZodIssue) => boolean;
}

/** True when the value fits; all that does not was reported. */
export const checkShape = (check: ShapeCheck): boolean => {
  const result = (check.schema as z.ZodType).safeParse(check.value);
  if (result.success) return true;
  const issues = result.error.issues.flatMap((issue) => spreadIssue(issue, check.ignores));
  for (const issue of issues) for (const [place, finding] of explain(issue, check)) check.report(place, finding);
  return issues.length === 0;
};

/** A union's issue becomes those of the alternative that was most likely meant, or none if one of them is all ignored. */
const spreadIssue = (issue: z.core.$ZodIssue, ignores?: ShapeCheck['ignores']): readonly z.core.$ZodIssue[] => {
  if (ignores?.(issue)) return [];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const alternatives = issue.errors.map((errors) =>
    errors.flatMap((each) => spreadIssue({ ...each, path: [...issue.path, ...each.path] }, ignores)),
  );
  const [first] = [...alternatives].sort((a, b) => distance(a, issue.path) - distance(b, issue.path));
  if (first === undefined || first.length === 0) return [];
  const atRoot = first.some((each) => each.path.length === issue.path.length && each.code !== 'unrecognized_keys');
  return atRoot ? [issue] : first;
};

/** How far a value is from an alternative of a union. */
const distance = (issues: readonly z.core.$ZodIssue[], path: readonly PropertyKey[]): number =>
  issues.reduce((sum, issue) => {
    if (issue.code === 'unrecognized_keys') return sum + 4 * issue.keys.length;
    if (issue.path.length > path.length) return sum + 3;
    return sum + (issue.code === 'invalid_type' ? 100 : 50);
  }, 0);

const explain = (issue: z.core.$ZodIssue, check: ShapeCheck): readonly (readonly [Place, Finding])[] => {
  const { schema, value } = check;
  const path = issue.path as Key[];
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt({ schema, value, path });
    return issue.keys.map((key) => [
      placeOf([...path, key], 'key', check),
      unknownKey(key, known, whatAt(path, check)),
    ]);
  }
  if (issue.code === 'invalid_key') {
    const expected = issue.issues.map((each) => each.message).join(', ');
    return [
      [
        placeOf(path, 'key', check),
        { code: 'wrong-name', message: `\`${String(path.at(-1))}\` can't be a name here`, expected },
      ],
    ];
  }
  const found = valueAt(value, path);
  if (found === undefined && path.length > 0) {
    const message = `\`${String(path.at(-1))}\` is missing in ${whatAt(path.slice(0, -1), check)}`;
    const expected = expectationAt({ schema, value, path });
    return [[placeOf(path.slice(0, -1), 'key', check), { code: 'missing-key', message, expected }]];
  }
  return [[placeOf(path, 'value', check), { ...wrongValue(issue, { found, path, check }) }]];
};

const unknownKey = (key: string, known: readonly string[], what: string): Finding => ({
  code: 'unknown-key',
  message: `unknown key \`${key}\` in ${what}`,
  expected: known.length > 0 && known.length <= 12 ? known.join(', ') : undefined,
  hint:
    key === '<<' ? 'YAML 1.2 has no merge key; say it once as a shared probe, or `extends`' : didYouMean(key, known),
});

interface Wrong {
  readonly found: unknown;
  readonly path: readonly Key[];
  readonly check: ShapeCheck;
}

const wrongValue = (issue: z.core.$ZodIssue, { found, path, check }: Wrong): Finding => {
  const message = `${nameOf(path, check)} is ${describe(found)}`;
  const expected = expectationAt({ ...check, path });
  const key = path.findLast((each) => typeof each === 'string');
  const near = typeof found === 'string' ? didYouMean(found, namesIn(expected)) : undefined;
  const hint = near ?? formHint({ key: path.at(-1) === key ? key : undefined, found, expected });
  switch (issue.code) {
    case 'invalid_type':
      return { code: 'wrong-type', message, expected, hint };
    case 'too_small':
    case 'too_big':
      return { code: 'out-of-bounds', message, expected: boundOf(issue) };
    case 'invalid_union':
      if (issue.errors.length === 0 && 'options' in issue) return oneOf(message, found, issue.options as unknown[]);
      return { code: typeof found === 'string' ? 'wrong-value' : 'wrong-type', message, expected, hint };
    case 'custom':
      return { code: 'wrong-value', message: issue.message };
    default:
      return { code: 'wrong-value', message, expected: expected ?? issue.message, hint };
  }
};

const nameOf = (path: readonly Key[], { what }: ShapeCheck): string => {
  const last = path.at(-1);
  if (last === undefined) return what;
  return typeof last === 'number' ? `item ${last + 1}` : `\`${last}\``;
};

const boundOf = (issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string => {
  const bound = issue.code === 'too_small' ? issue.minimum : issue.maximum;
  const unit = unitOf(issue.origin, Number(bound));
  const open = issue.inclusive === false;
  if (issue.code === 'too_small') return `${open ? 'more than' : 'at least'} ${bound}${unit}`;
  return `${open ? 'less than' : 'at most'} ${bound}${unit}`;
};

const oneOf = (message: string, found: unknown, options: readonly unknown[]): Finding => ({
  code: 'wrong-value',
  message,
  expected: options.join(', '),
  hint: typeof found === 'string' ? didYouMean(found, options.map(String)) : undefined,
});

const unitOf = (origin: string, count: number): string => {
  const unit = origin === 'string' ? ' character' : origin === 'array' || origin === 'set' ? ' item' : '';
  return unit !== '' && count !== 1 ? `${unit}s` : unit;
};

const namesIn = (expected: string | undefined): readonly string[] =>
  [...(expected ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '');

/** A value in few words, for the sentence "… is …". */
export const describe = (value: unknown): string => {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value !== 'string') return `${String(value)}`;
  return value.length > 60 ? 'a long text' : `the text ${JSON.stringify(value)}`;
};

const whatAt = (path: readonly Key[], { what }: ShapeCheck): string => {
  const names = path.filter((key) => typeof key === 'string');
  return names.length === 0 ? what : `\`${names.join('.')}\``;
};

const valueAt = (value: unknown, path: readonly Key[]): unknown =>
  path.reduce<unknown>(
    (found, key) =>
      typeof found === 'object' && found !== null && Object.hasOwn(found, key)
        ? (found as Record<Key, unknown>)[key]
        : undefined,
    value,
  );

const placeOf = (path: readonly Key[], where: 'key' | 'value', { value, place, origins }: ShapeCheck): Place => {
  let found = place;
  let container = value;
  for (const [index, key] of path.entries()) {
    if (typeof container !== 'object' || container === null) break;
    const last = index === path.length - 1;
    found = origins.placeAt(container, key, last ? where : 'key') ?? found;
    container = (container as Record<Key, unknown>)[key];
  }
  return found;
};

interface Form {
  readonly key: string | undefined;
  readonly found: unknown;
  readonly expected: string | undefined;
}

/** Undefined when nothing is sure enough to be said. */
const formHint = ({ key, found, expected = '' }: Form): string | undefined => {
  if (typeof found === 'string') return hintForText(key, found, expected);
  if (typeof found === 'number') return hintForNumber(key, found, expected);
  if (key === 'foreach' && Array.isArray(found)) return 'name the item: `{ item: [ … ] }`';
  if (key === 'steps' && typeof found === 'object') return 'each step is an item of a list: `- id: …`';
  return undefined;
};

const hintForText = (key: string | undefined, found: string, expected: string): string | undefined => {
  if (!expected.startsWith('a list')) return undefined;
  if (key !== 'run') return isPlain(found) ? `write \`[${found}]\`` : 'write it as an item of a list';
  const words = found.trim().split(/\s+/);
  const list = words.every(isPlain) && words.length < 6 ? `: \`[${words.join(', ')}]\`` : '';
  return `one argument an item${list}; a script stands under \`shell\``;
};

const isPlain = (text: string): boolean => /^[\w./-]+$/.test(text);

const hintForNumber = (key: string | undefined, found: number, expected: string): string | undefined => {
  if (key === 'retry') return `write \`{ attempts: ${found} }\``;
  if (expected.startsWith('a duration')) return `say the unit: \`${found}s\``;
  return expected.startsWith('text') ? 'put it in quotes' : undefined;
};
