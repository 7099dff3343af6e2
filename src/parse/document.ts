// YAML 1.2 text as plain data whose every token can be found again. Refuses what a declaration has no use for and an
// attacker has: alias bombs, depth, custom tags, several documents, keys that are not text or mean something to JavaScript.
import {
  Composer,
  type Document,
  type ErrorCode,
  type Node,
  type ParsedNode,
  Parser,
  visit,
  type YAMLError,
} from 'yaml';
import { convertNode, maskExpressions } from './convert.ts';
import { lowerFirst } from './nearest.ts';
import type { Key, Origins } from './origins.ts';
import { maximumFileSize } from './path.ts';
import { createSource, type Finding, type Place, positionOf, type Report, type Source } from './source.ts';

export interface YamlDocument {
  readonly source: Source;
  /** Undefined when the text is no YAML at all; then everything was reported. */
  readonly value: unknown;
  /** The token at a path; where the path ends too early, the last token on it. */
  locate(path: readonly Key[], where: 'key' | 'value'): Place;
}

const maximumDepth = 64;

export const readDocument = (
  file: string,
  text: string,
  { origins, report }: { origins: Origins; report: Report },
): YamlDocument => {
  const source = createSource(file, text);
  const tree = text.length > maximumFileSize ? tooLarge(source, report) : parse(source, report);
  const value = tree?.contents ? convertNode(tree.contents as ParsedNode, { source, origins, report }) : undefined;
  if (tree && !tree.contents)
    report({ source, start: 0, end: 0 }, { code: 'empty-file', message: 'the file is empty' });
  return { source, value, locate: (path, where) => locate({ source, value, origins }, path, where) };
};

const tooLarge = (source: Source, report: Report): undefined => {
  const message = `the file is larger than ${maximumFileSize / 1024 / 1024} MiB`;
  report({ source, start: 0, end: 0 }, { code: 'file-too-large', message, hint: 'split it with `include`' });
  return undefined;
};

const parse = (source: Source, report: Report): Document | undefined => {
  if (refusesCharacters(source, report)) return undefined;
  const tokens = [...new Parser().parse(maskExpressions(source.text))] as Token[];
  const { depth, offset } = depthOf(tokens);
  if (depth > maximumDepth) {
    // The composer recurses; what is too deep for it must not reach it.
    report({ source, start: offset, end: offset + 1 }, tooDeep);
    return undefined;
  }
  const composer = new Composer({
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'silent',
    resolveKnownTags: false,
  });
  const documents = [...composer.compose(tokens as Parameters<Composer['compose']>[0], true, source.text.length)];
  const directive = tokens.find((token) => token.type === 'directive' && !/^%YAML\s+1\.2\s*$/.test(token.source ?? ''));
  if (directive)
    report(tokenPlace(source, directive), {
      code: 'directive',
      message: 'a YAML directive',
      expected: 'YAML 1.2 without directives',
    });
  const [, second] = documents;
  if (second) report({ source, start: second.range[0], end: second.range[0] + 3 }, severalDocuments);
  const syntax = explainSyntax(source, documents.slice(0, 1));
  for (const { place, finding } of syntax) report(place, finding);
  return directive || syntax.some((each) => each.fatal) ? undefined : documents[0];
};

const tooDeep: Finding = { code: 'too-deep', message: `nested more than ${maximumDepth} levels deep` };
const severalDocuments: Finding = {
  code: 'several-documents',
  message: 'a second YAML document starts here',
  expected: 'one document a file',
};

const tokenPlace = (source: Source, token: Token): Place => ({
  source,
  start: token.offset,
  end: token.offset + (token.source?.length ?? 1),
});

/** Control characters, and the few characters that stand in for an expression's brackets while YAML reads the text. */
const refusesCharacters = (source: Source, report: Report): boolean => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  const match = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufdd0-\ufdef\uffff]/.exec(source.text);
  if (!match) return false;
  const code = match[0].charCodeAt(0).toString(16).padStart(4, '0').toUpperCase();
  report(
    { source, start: match.index, end: match.index + 1 },
    { code: 'control-character', message: `the character U+${code}`, expected: 'text without control characters' },
  );
  return true;
};

const locate = (
  { source, value, origins }: { source: Source; value: unknown; origins: Origins },
  path: readonly Key[],
  where: 'key' | 'value',
): Place => {
  let place: Place = { source, start: 0, end: 0 };
  let container: unknown = value;
  for (const [index, key] of path.entries()) {
    if (typeof container !== 'object' || container === null) break;
    const last = index === path.length - 1;
    place = origins.placeAt(container, key, last ? where : 'key') ?? place;
    container = Object.hasOwn(container, key) ? (container as Record<Key, unknown>)[key] : undefined;
  }
  return place;
};

interface SyntaxFinding {
  readonly place: Place;
  readonly finding: Finding;
  readonly fatal: boolean;
}

const explainSyntax = (source: Source, documents: readonly Document[]): readonly SyntaxFinding[] => {
  const complaints = documents
    .flatMap((document) => [...document.errors, ...document.warnings].map((each) => atOpening(source, document, each)))
    .sort((a, b) => a.pos[0] - b.pos[0] || Number(b.code === 'TAB_AS_INDENT') - Number(a.code === 'TAB_AS_INDENT'));
  // A tab breaks the structure of what follows it; only the tabs themselves are worth telling then.
  const tabs = complaints.filter((each) => each.code === 'TAB_AS_INDENT');
  const lines = new Set<number>();
  const found: SyntaxFinding[] = [];
  for (const complaint of tabs.length > 0 ? tabs : worthTelling(complaints)) {
    const explained = explain(source, complaint);
    const { line } = positionOf(explained.place);
    if (lines.has(line)) continue;
    lines.add(line);
    found.push(explained);
  }
  return found;
};

type Complaint = Pick<YAMLError, 'code' | 'pos' | 'message'> & { readonly unclosed?: boolean };

/** Behind a quote or bracket that is not closed only others like it are more than its echo. */
const worthTelling = (complaints: readonly Complaint[]): readonly Complaint[] => {
  const first = [...complaints].filter((each) => each.unclosed).sort((a, b) => a.pos[0] - b.pos[0])[0];
  return complaints.filter((each) => !first || each.unclosed || each.pos[0] < first.pos[0]);
};

/** What is never closed is missed where the file ends; where it opens is what a person looks for. */
const atOpening = ({ text }: Source, document: Document, { code, pos, message }: YAMLError): Complaint => {
  const quote = code === 'MISSING_CHAR' && /quote/.test(message);
  const bracket = /^Flow (map|sequence)/.test(message);
  let opening: number | undefined;
  const look = (node: Node, opens: boolean): void => {
    if (opens && node.range && node.range[0] < pos[0]) opening = node.range[0];
  };
  visit(document, {
    Scalar: (_, node) => look(node, quote && node.type?.startsWith('QUOTE') === true),
    Collection: (_, node) =>
      look(node, bracket && node.flow === true && !/[\]}]/.test(text[(node.range?.[1] ?? 0) - 1] ?? '')),
  });
  if (opening === undefined) return { code, message, pos };
  return { code, message, pos: [opening, opening + 1], unclosed: true };
};

const explain = (source: Source, { code, pos, message, unclosed }: Complaint): SyntaxFinding => {
  const [start, end] = code === 'TAB_AS_INDENT' ? tabIn(source, pos) : pos;
  const keyAlone = /^Implicit map keys/.test(message) ? withoutValue : undefined;
  const known = unclosed ? notClosed : (keyAlone ?? sentences[code]);
  const finding: Finding = known ?? { code: 'yaml-syntax', message: lowerFirst(message) };
  return { place: { source, start, end: Math.max(end, start + 1) }, finding, fatal: code !== 'TAG_RESOLVE_FAILED' };
};

const tabIn = ({ text }: Source, [start, end]: readonly [number, number]): readonly [number, number] => {
  const tab = text.indexOf('\t', text.lastIndexOf('\n', start) + 1);
  return tab === -1 ? [start, end] : [tab, tab + 1];
};

const notClosed: Finding = { code: 'yaml-syntax', message: 'a quote or bracket that is not closed' };
const withoutValue: Finding = { code: 'yaml-syntax', message: 'a key without a value', expected: '`key: value`' };
const quoteIt = 'put the value in quotes';
const sentences: Partial<Record<ErrorCode, Finding>> = {
  TAB_AS_INDENT: { code: 'tab', message: 'a tab in the indentation', expected: 'spaces' },
  TAG_RESOLVE_FAILED: {
    code: 'custom-tag',
    message: 'a YAML tag',
    expected: 'plain values: text, numbers, lists, maps',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    code: 'yaml-syntax',
    message: 'this cannot be both a value and the start of a map',
    hint: `${quoteIt} if it holds ": ", or check the indentation`,
  },
  MULTILINE_IMPLICIT_KEY: withoutValue,
  BAD_SCALAR_START: { code: 'yaml-syntax', message: 'a value cannot start with this character', hint: quoteIt },
  BAD_INDENT: { code: 'yaml-syntax', message: 'the indentation does not fit what is above' },
  BAD_DQ_ESCAPE: {
    code: 'yaml-syntax',
    message: 'no such escape in double quotes',
    hint: 'use single quotes, or `\\\\`',
  },
  UNEXPECTED_TOKEN: { code: 'yaml-syntax', message: 'this does not belong here', hint: quoteIt },
};

/** As much of yaml's CST tokens as is looked at here. */
interface Token {
  readonly type: string;
  readonly offset: number;
  readonly source?: string;
  readonly value?: Token;
  readonly items?: readonly { readonly key?: Token | null; readonly value?: Token }[];
}

/** The greatest depth, and where it is reached. */
const depthOf = (tokens: readonly Token[]): { readonly depth: number; readonly offset: number } => {
  let deepest = { depth: 0, offset: 0 };
  const queue = tokens.flatMap((token) => (token.value ? [{ token: token.value, depth: 1 }] : []));
  for (let next = queue.pop(); next; next = queue.pop()) {
    const { token, depth } = next;
    if (depth > deepest.depth) deepest = { depth, offset: token.offset };
    for (const { key, value } of token.items ?? []) {
      if (key) queue.push({ token: key, depth: depth + 1 });
      if (value) queue.push({ token: value, depth: depth + 1 });
    }
  }
  return deepest;
};
