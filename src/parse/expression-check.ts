// Checks one expression: its syntax, the names it reads, and the words for what is wrong.
import { compile } from '../core/expression.ts';
import { isMap } from '../core/maps.ts';
import { templateParts } from '../core/template.ts';
import type { Context } from './context.ts';
import { judgeReference, type Names, type Spot } from './names.ts';
import { lowerFirst } from './nearest.ts';
import type { Key } from './origins.ts';
import type { Finding, Place } from './source.ts';

/** One reading of another step's results, to be held against the needs. */
export interface StepReading {
  readonly from: string;
  readonly target: string;
  /** Found out only when it is needed: most readings are right. */
  readonly place: () => Place | undefined;
}

export interface ExpressionChecker {
  /** The string under `key` is CEL. */
  cel(container: object, key: Key, spot: Spot): void;
  /** The same, and it has to yield true or false. */
  condition(container: object, key: Key, spot: Spot): void;
  /** Every string at or below `key` may hold `${{ … }}`. */
  templates(container: object, key: Key, spot: Spot): void;
  readonly readings: readonly StepReading[];
}

interface Text {
  readonly container: object;
  readonly key: Key;
  /** The string as the file means it. */
  readonly value: string;
  /** Where the CEL starts in it. */
  readonly offset: number;
  readonly source: string;
}

export const createExpressionChecker = (context: Context, names: Names): ExpressionChecker => {
  const readings: StepReading[] = [];
  const check = (text: Text, spot: Spot): void => checkSource({ context, names, readings }, text, spot);
  const cel: ExpressionChecker['cel'] = (container, key, spot) => {
    const value = (container as Record<Key, unknown>)[key];
    if (typeof value !== 'string') return;
    const template = value.indexOf('${{');
    if (template === -1) return check({ container, key, value, offset: 0, source: value }, spot);
    const place = context.origins.placeWithin(container, key, { at: template, length: 3, value });
    const finding = {
      code: 'template-in-cel',
      message: `\`${key}\` is CEL already`,
      hint: 'write it without `${{ }}`',
    };
    if (place) context.report(place, finding);
  };
  const templates: ExpressionChecker['templates'] = (container, key, spot) => {
    const value = (container as Record<Key, unknown>)[key];
    if (typeof value === 'string') {
      if (value.includes('${{')) checkTemplate(context, { container, key, value }, (text) => check(text, spot));
    } else if (Array.isArray(value)) for (const index of value.keys()) templates(value, index, spot);
    else if (isMap(value)) for (const each of Object.keys(value)) templates(value, each, spot);
  };
  const condition: ExpressionChecker['condition'] = (container, key, spot) => {
    cel(container, key, spot);
    checkCondition(context, container, key);
  };
  return { cel, condition, templates, readings };
};

/** Of what an expression reads no type is known before the run; of what it makes of that one is, often enough. */
const checkCondition = ({ origins, report }: Context, container: object, key: Key): void => {
  const source = (container as Record<Key, unknown>)[key];
  const compilation = typeof source === 'string' ? compile(source) : undefined;
  const type = compilation?.ok ? compilation.expression.yields() : undefined;
  const place = origins.placeAt(container, key, 'value');
  if (type === undefined || type === 'bool' || !place) return;
  const hint = type === 'string' || type === 'int' ? 'compare it with what is expected, by `==`' : undefined;
  report(place, {
    code: 'not-a-condition',
    message: `\`${key}\` yields ${type.startsWith('int') ? 'an' : 'a'} ${type}, not true or false`,
    hint,
  });
};

const checkTemplate = (
  { origins, report }: Context,
  { container, key, value }: { container: object; key: Key; value: string },
  check: (text: Text) => void,
): void => {
  let at = 0;
  for (const part of templateParts(value)) {
    if (part.kind === 'expression') {
      check({ container, key, value, offset: part.offset, source: part.source });
      at = part.offset + part.source.length + 2;
      continue;
    }
    const open = part.text.indexOf('${{');
    const place = open === -1 ? undefined : origins.placeWithin(container, key, { at: at + open, length: 3, value });
    if (place)
      report(place, { code: 'unclosed-expression', message: 'an expression that is not closed', expected: '`}}`' });
    at += part.text.length;
  }
};

const checkSource = (
  { context, names, readings }: { context: Context; names: Names; readings: StepReading[] },
  text: Text,
  spot: Spot,
): void => {
  const { container, key, value, offset, source } = text;
  const placeOf = (at: number, length: number): Place | undefined =>
    context.origins.placeWithin(container, key, { at: offset + at, length, value });
  const report = (place: Place | undefined, finding: Finding): void => {
    const use = context.origins.useOf(container);
    const related = use ? [{ ...use, message: 'it is used here' }] : [];
    if (place) context.report(place, { related, ...finding });
  };
  if (source.trim() === '') {
    const from = Math.max(0, offset - 3);
    const place = context.origins.placeWithin(container, key, {
      at: from,
      length: offset + source.length + 2 - from,
      value,
    });
    report(place, { code: 'cel-syntax', message: 'an empty expression' });
    return;
  }
  const compilation = compile(source);
  if (!compilation.ok) {
    const { message, offset: at, length } = compilation;
    report(placeOf(at, length), { code: 'cel-syntax', message: celMessage(message) });
    return;
  }
  const seen = new Map<string, number>();
  for (const path of compilation.expression.references) {
    const { finding, part = 0, readsStep } = judgeReference(path, names, spot);
    const spelling = path.join('\n');
    const before = seen.get(spelling) ?? 0;
    seen.set(spelling, before + 1);
    const placeOfPart = (which: number): Place | undefined =>
      placeOf(...findPart(source, path, { part: which, before }));
    if (finding) report(placeOfPart(part), finding);
    if (readsStep === undefined || spot.reads !== 'needs' || spot.step === undefined) continue;
    readings.push({ from: spot.step, target: readsStep, place: () => placeOfPart(1) });
  }
};

/** Where a part of a path is spelt in a source, after so many others like it: the compiler tells names, not places. */
const findPart = (
  source: string,
  path: readonly string[],
  { part, before }: { part: number; before: number },
): readonly [number, number] => {
  const bare = source.replaceAll(/(\[\s*)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/g, (all, index: string | undefined) =>
    index === undefined ? ' '.repeat(all.length) : all,
  );
  const spelt = path.slice(0, part + 1).map((name, index) => {
    const plain = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return index === 0
      ? `(?<![\\w."'])${plain}(?!\\w)`
      : `(?:\\s*\\.\\s*\\??\\s*${plain}(?!\\w)|\\s*\\[\\s*\\??["']?${plain}["']?\\s*\\])`;
  });
  const all = [...bare.matchAll(new RegExp(spelt.join(''), 'g'))];
  const found = all[before] ?? all[0];
  const name = path[part] ?? '';
  if (!found) return [0, source.length];
  return [found.index + found[0].lastIndexOf(name), name.length];
};

const signs: Readonly<Record<string, string>> = {
  EOF: 'the end',
  NUMBER: 'a number',
  STRING: 'a text',
  BOOLEAN: 'true or false',
  NULL: '`null`',
  IDENTIFIER: 'a name',
  PLUS: '`+`',
  MINUS: '`-`',
  MULTIPLY: '`*`',
  DIVIDE: '`/`',
  MODULO: '`%`',
  EQ: '`==`',
  NE: '`!=`',
  LT: '`<`',
  LE: '`<=`',
  GT: '`>`',
  GE: '`>=`',
  AND: '`&&`',
  OR: '`||`',
  NOT: '`!`',
  IN: '`in`',
  LPAREN: '`(`',
  RPAREN: '`)`',
  LBRACKET: '`[`',
  RBRACKET: '`]`',
  LBRACE: '`{`',
  RBRACE: '`}`',
  DOT: '`.`',
  COMMA: '`,`',
  COLON: '`:`',
  QUESTION: '`?`',
  BYTES: 'bytes',
};

/** What the compiler says too briefly for a person to see what to do. */
const plain: Readonly<Record<string, string>> = {
  'unexpected token: the end': 'it ends where something more is needed',
  'unexpected character: =': 'unexpected character: =; `==` compares',
  'unexpected character: &': 'unexpected character: &; `&&` is "and"',
  'unexpected character: |': 'unexpected character: |; `||` is "or"',
};

/** `Expected RPAREN, got EOF` reads `expected `)`, got the end`. */
const celMessage = (message: string): string => {
  const text = lowerFirst(message.replaceAll(/\b[A-Z]{2,}\b/g, (word) => signs[word] ?? word));
  return plain[text] ?? text;
};
