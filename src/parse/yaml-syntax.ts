// The YAML library's complaints in our words, one for each line: what follows on the same line is only its echo.
import { type Document, type ErrorCode, type Node, visit, type YAMLError } from 'yaml';
import { lowerFirst } from './cel-message.ts';
import { type Finding, type Place, positionOf, type Source } from './source.ts';

export interface SyntaxFinding {
  readonly place: Place;
  readonly finding: Finding;
  readonly fatal: boolean;
}

export const explainSyntax = (source: Source, documents: readonly Document[]): readonly SyntaxFinding[] => {
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
