// A YAML node as plain data, with a record of where each list and map was written. Aliases become copies, within limits.
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { isKept } from '../core/exact-json.ts';
import { type Origins, placeOfNode } from './origins.ts';
import type { Finding, Report, Source } from './source.ts';

/** How many values aliases may add to a file, and how deep they may nest. */
const maximumAliasNodes = 20_000;
const maximumAliasDepth = 64;

interface Conversion {
  readonly source: Source;
  readonly origins: Origins;
  readonly report: Report;
  readonly anchors: Map<string, Node>;
  /** Anchored nodes that are being converted: an alias to one of them has no end. */
  readonly open: Set<Node>;
  aliasDepth: number;
  aliasNodes: number;
  refused: boolean;
}

export const convertNode = (
  node: Node,
  { source, origins, report }: { source: Source; origins: Origins; report: Report },
): unknown => {
  const counts = { aliasDepth: 0, aliasNodes: 0, refused: false };
  const state: Conversion = { source, origins, report, anchors: new Map(), open: new Set(), ...counts };
  const value = convert(node, state, 0);
  // What is left of a bomb is no file anybody wrote.
  return state.refused ? undefined : value;
};

const convert = (node: unknown, state: Conversion, depth: number): unknown => {
  if (state.aliasDepth > 0) state.aliasNodes += 1;
  if (state.aliasNodes > maximumAliasNodes) return null;
  if (isAlias(node)) return convertAlias(node, state, depth);
  if (isScalar(node)) return convertScalar(node, state);
  if (!isMap(node) && !isSeq(node)) return null;
  const { anchor } = node;
  if (anchor) state.anchors.set(anchor, node);
  if (anchor) state.open.add(node);
  const value = isMap(node) ? convertMap(node, state, depth + 1) : convertList(node, state, depth + 1);
  if (anchor) state.open.delete(node);
  state.origins.wrote(value, state.source, node);
  return value;
};

const convertAlias = (alias: Alias, state: Conversion, depth: number): unknown => {
  const target = state.anchors.get(alias.source);
  const refuse = (finding: Finding): null => {
    state.report(placeOfNode(state.source, alias), finding);
    return null;
  };
  if (!target) return refuse({ code: 'unknown-alias', message: `no anchor \`&${alias.source}\` before this alias` });
  if (state.open.has(target)) return refuse({ code: 'alias-cycle', message: `\`*${alias.source}\` contains itself` });
  if (depth > maximumAliasDepth) return refuse(bomb);
  state.aliasDepth += 1;
  const value = convert(target, state, depth + 1);
  state.aliasDepth -= 1;
  if (state.aliasNodes <= maximumAliasNodes || state.aliasDepth > 0 || state.refused) return value;
  state.refused = true;
  return refuse(bomb);
};

const bomb: Finding = {
  code: 'alias-bomb',
  message: `aliases expand to more than ${maximumAliasNodes} values`,
  hint: 'use shared probes, `extends` or `foreach` to say a thing once',
};

const convertList = (node: YAMLSeq, state: Conversion, depth: number): unknown[] =>
  node.items.map((item) => convert(item, state, depth));

const dangerous = new Set(['__proto__', 'constructor', 'prototype']);

const convertMap = (node: YAMLMap, state: Conversion, depth: number): Record<string, unknown> => {
  const value: Record<string, unknown> = {};
  const pairs = node.items as Pair<Node, Node | null>[];
  for (const pair of pairs) {
    const key = convertKey(pair.key, state);
    if (key === undefined) continue;
    if (Object.hasOwn(value, key)) reportDuplicate(state, { pairs, pair, key });
    else value[key] = convert(pair.value, state, depth);
  }
  return value;
};

const reportDuplicate = (
  { source, report }: Conversion,
  { pairs, pair, key }: { pairs: readonly Pair<Node, Node | null>[]; pair: Pair<Node, Node | null>; key: string },
): void => {
  const before = pairs.find((each) => isScalar(each.key) && each.key.value === key);
  const related = before ? [{ ...placeOfNode(source, before.key), message: 'it is here already' }] : [];
  report(placeOfNode(source, pair.key), { code: 'duplicate-key', message: `\`${key}\` twice in one map`, related });
};

const convertKey = (node: Node | null, state: Conversion): string | undefined => {
  const refuse = (finding: Finding): undefined => {
    state.report(placeOfNode(state.source, node), finding);
    return undefined;
  };
  if (!isScalar(node) || typeof node.value !== 'string') {
    const spelling = isScalar(node) && node.source ? node.source : undefined;
    return refuse({
      code: 'key-not-text',
      message: 'a key that is not text',
      expected: 'text',
      hint: spelling === undefined ? undefined : `write \`"${spelling}"\``,
    });
  }
  const key = unmaskExpressions(node.value);
  if (dangerous.has(key)) return refuse({ code: 'forbidden-key', message: `\`${key}\` can't be a key` });
  if (key.includes('${{')) {
    return refuse({
      code: 'expression-in-key',
      message: 'an expression as a key',
      hint: 'expressions stand in values only',
    });
  }
  return key;
};

const convertScalar = (node: Scalar, state: Conversion): unknown => {
  if (node.anchor) state.anchors.set(node.anchor, node);
  const { value } = node;
  if (typeof value === 'string') return unmaskExpressions(value);
  if (typeof value === 'number' && !isHeld(value, node.source)) {
    const hint = `write "${node.source ?? value}" if text is meant`;
    state.report(placeOfNode(state.source, node), {
      code: 'number-out-of-range',
      message: 'a number that can not be kept exactly',
      hint,
    });
  }
  return value ?? null;
};

/** In other bases, and as whole numbers, by their value; with a point or exponent digit for digit. */
const isHeld = (value: number, spelling: string | undefined): boolean => {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) return false;
  return spelling === undefined || !/^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(spelling) || isKept(spelling.replace(/^\+/, ''));
};

// `${{ a["b"] }}` may stand unquoted wherever YAML takes a plain scalar: its brackets, commas and colons are swapped for characters
// without meaning before YAML reads the text, one for one, so that every offset stays true, and swapped back here.
const meaningful = '{}[],#:';
const firstStandIn = 0xfdd0;
const standIns = [...meaningful].map((_, index) => String.fromCharCode(firstStandIn + index));
const anyStandIn = new RegExp(`[${standIns.join('')}]`, 'g');

/** Expressions that end in the line they start in; the others are in block scalars or quotes, or YAML will say so. */
export const maskExpressions = (text: string): string =>
  text.includes('${{')
    ? text.replaceAll(/\$\{\{.*?\}\}/g, (expression) =>
        expression.replaceAll(/[{}[\],#:]/g, (character) => standIns[meaningful.indexOf(character)] ?? character),
      )
    : text;

const unmaskExpressions = (text: string): string =>
  text.includes('$')
    ? text.replaceAll(anyStandIn, (character) => meaningful[character.charCodeAt(0) - firstStandIn] ?? character)
    : text;
