// From a README to the stretches of it that may hold commands: fences, indented code, <pre>, code within sentences, and lines of plain text.
import { fromMarkdown } from 'mdast-util-from-markdown';
import { toString as plainText } from 'mdast-util-to-string';
import { type Excerpt, type Line, linesOf, type Source } from './source.ts';

type Root = ReturnType<typeof fromMarkdown>;
/** Anchors in headings are none of their words. */
const withoutHtml = { includeHtml: false };

type Node = Root['children'][number] | { readonly type: 'inlineCode' };

interface Walk {
  readonly source: Source;
  readonly lines: readonly string[];
  readonly found: Excerpt[];
  headings: readonly { readonly depth: number; readonly text: string }[];
  lead: string;
}

export const readMarkdown = (source: Source): readonly Excerpt[] => {
  const walk: Walk = { source, lines: source.text.split(/\r?\n/), found: [], headings: [], lead: '' };
  for (const node of fromMarkdown(source.text).children) visit(walk, node);
  return walk.found;
};

const visit = (walk: Walk, node: Node): void => {
  switch (node.type) {
    case 'heading':
      walk.headings = [
        ...walk.headings.filter(({ depth }) => depth < node.depth),
        { depth: node.depth, text: plainText(node, withoutHtml) },
      ];
      walk.lead = '';
      return;
    case 'code':
      visitCode(walk, node);
      return;
    case 'html':
      visitHtml(walk, node);
      return;
    case 'paragraph':
      visitParagraph(walk, node);
      return;
    // What introduces a list counts for each of its items.
    case 'listItem': {
      const { lead } = walk;
      for (const child of node.children) visit(walk, child);
      walk.lead = lead;
      return;
    }
    default:
      if ('children' in node) for (const child of node.children) visit(walk, child as Node);
  }
};

const add = (walk: Walk, excerpt: Pick<Excerpt, 'language' | 'isCode' | 'lines'>): void => {
  if (excerpt.lines.every(({ text }) => text.trim() === '')) return;
  const { found, source, headings, lead } = walk;
  found.push({ file: source.name, kind: 'markdown', headings: headings.map(({ text }) => text), lead, ...excerpt });
};

const visitCode = (walk: Walk, node: Extract<Node, { type: 'code' }>): void => {
  const start = node.position?.start.line ?? 1;
  const isFenced = /^[\s>*+\-\d.)]*(```|~~~)/.test(walk.lines[start - 1] ?? '');
  const language = (node.lang ?? '').toLowerCase().replace(/^\{?\.?/, '');
  add(walk, { language, isCode: true, lines: linesOf(node.value, isFenced ? start + 1 : start) });
};

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'", nbsp: ' ' };

const visitHtml = (walk: Walk, node: Extract<Node, { type: 'html' }>): void => {
  const start = node.position?.start.line ?? 1;
  for (const match of node.value.matchAll(/<pre[^>]*>([\s\S]*?)(<\/pre>|$)/gi)) {
    const before = node.value.slice(0, match.index + match[0].indexOf('>') + 1).split('\n').length - 1;
    const text = (match[1] ?? '')
      .replaceAll(/<\/?[a-z][^>]*>/gi, '')
      .replaceAll(/&(#?\w+);/g, (whole, name: string) => entities[name] ?? whole);
    add(walk, { language: '', isCode: true, lines: linesOf(text, start + before) });
  }
};

/** Its code, each piece by itself, and its lines as they stand: what they are is for the reader of transcripts to say. */
const visitParagraph = (walk: Walk, node: Extract<Node, { type: 'paragraph' }>): void => {
  // A table explains; what is to be typed stands elsewhere.
  if (/^[\s>]*\|/.test(walk.lines[(node.position?.start.line ?? 1) - 1] ?? '')) return;
  const text = plainText(node, withoutHtml);
  const pieces = node.children.flatMap((child): Line[] =>
    child.type === 'inlineCode' ? [{ number: child.position?.start.line ?? 1, text: child.value }] : [],
  );
  const isFirst = node.children[0]?.type === 'inlineCode';
  const { lead } = walk;
  // Within a sentence it is the sentence that says what it is for.
  if (!isFirst) walk.lead = text;
  for (const piece of pieces)
    if (isFirst || asks.test(text)) add(walk, { language: '', isCode: false, lines: [piece] });
  walk.lead = lead;
  const { start, end } = node.position ?? { start: { line: 1, column: 1 }, end: { line: 0 } };
  for (let number = start.line; number <= end.line; number += 1) {
    const whole = walk.lines[number - 1] ?? '';
    const line = (number === start.line ? whole.slice(start.column - 1) : whole).trim();
    if (!line.includes('`')) add(walk, { language: '', isCode: false, lines: [{ number, text: withoutLinks(line) }] });
  }
  walk.lead = text;
};

/** What a sentence says when the code in it is to be typed. */
const asks =
  /\b(run|execute|type|use|using|issue|call|invoke|enter|do|start|deploy|launch|clone|install|apply|stop|remove|destroy)\b/i;

/** `<https://x>` is how a bare address is written. */
const withoutLinks = (text: string): string => text.replaceAll(/<(https?:\/\/[^>\s]+)>/g, '$1');
