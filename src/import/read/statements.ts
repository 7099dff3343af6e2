// A stretch of shell as the commands it runs, one by one: lists joined by && are taken apart, loops over words unrolled, guards and
// messages around a command dropped, loops that wait told as what they wait for. What is none of that stays whole.
import { type CommandNode, type If, type PipelineNode, parse, type Statement, type While, type Word } from 'unbash';

/** A command as it is typed, with the lines of the text it comes from, counted from 0. */
export interface Piece {
  readonly kind: 'command' | 'whole' | 'wait' | 'function' | 'broken' | 'guard';
  readonly text: string;
  readonly line: number;
  readonly end: number;
  /** Of a command: what the parser made of it. */
  readonly node?: PipelineNode;
  /** What the comment, or the message, right before it says. */
  readonly title: string;
  readonly isBackground: boolean;
  /** Its failure is none of the script's. */
  readonly mayFail: boolean;
  /** Variables of loops that were unrolled. */
  readonly bound: ReadonlyMap<string, string>;
  /** Of a `broken` one and a guard: what it is about. */
  readonly why?: string;
}

interface Reading {
  readonly source: string;
  readonly bound: ReadonlyMap<string, string>;
  readonly found: Piece[];
}

export const readStatements = (source: string): readonly Piece[] => {
  const script = parse(source);
  const [error] = script.errors ?? [];
  const reading: Reading = { source, bound: new Map(), found: [] };
  if (error)
    return [
      piece(reading, { pos: 0, end: source.length }, 'broken', { why: `the shell can't read it: ${error.message}` }),
    ];
  readAll(reading, script.commands);
  return reading.found;
};

const piece = (
  { source, bound }: Pick<Reading, 'source' | 'bound'>,
  { pos, end }: { readonly pos: number; readonly end: number },
  kind: Piece['kind'],
  more: Partial<Piece> = {},
): Piece => ({
  ...{ kind, bound, title: titleBefore(source, pos), isBackground: false, mayFail: false },
  text: source.slice(pos, end).trimEnd(),
  line: lineAt(source, pos),
  end: lineAt(source, Math.max(pos, pos + source.slice(pos, end).trimEnd().length - 1)),
  ...more,
});

const lineAt = (source: string, at: number): number => source.slice(0, at).split('\n').length - 1;

/** The comment on the lines right above, without its mark. */
const titleBefore = (source: string, pos: number): string => {
  const above = source.slice(0, pos).split('\n').slice(0, -1).reverse();
  const comments: string[] = [];
  for (const line of above) {
    const [, text] = /^\s*#+(?!!)\s*(.*?)[\s#=*-]*$/.exec(line) ?? [];
    if (text === undefined) break;
    if (text !== '') comments.unshift(text);
  }
  return comments.join(' ');
};

const readAll = (reading: Reading, statements: readonly Statement[]): void => {
  for (const statement of statements) readStatement(reading, statement);
};

const readStatement = (reading: Reading, statement: Statement): void => {
  const { command, background } = statement;
  // Its here-document lies behind it.
  const span = { pos: statement.pos, end: endWithDocuments(reading.source, statement) };
  if (background === true) {
    reading.found.push(
      piece(reading, span, 'command', {
        node: command as PipelineNode,
        isBackground: true,
        text: reading.source.slice(span.pos, span.end).replace(/\s*&\s*$/, ''),
      }),
    );
    return;
  }
  if (command.type !== 'AndOr') {
    readNode(reading, command, span);
    return;
  }
  const { commands, operators } = command;
  const last = commands.at(-1);
  const head = commands.slice(0, -1);
  if (operators.every((operator) => operator === '&&')) {
    for (const [at, each] of commands.entries())
      readNode(reading, each, at === commands.length - 1 ? { pos: each.pos, end: span.end } : each);
    return;
  }
  if (last && operators.at(-1) === '||' && operators.slice(0, -1).every((operator) => operator === '&&')) {
    const ending = endingOf(reading.source.slice(last.pos, last.end));
    if (ending !== undefined) {
      const from = reading.found.length;
      for (const each of head) readNode(reading, each, each);
      if (ending === 'goes-on')
        for (const [at, each] of reading.found.slice(from).entries())
          reading.found[from + at] = { ...each, mayFail: true };
      return;
    }
  }
  reading.found.push(piece(reading, span, 'whole'));
};

/** What follows `||`: a failed step ends the run anyway, so a message and an exit need not be kept. */
const endingOf = (text: string): 'ends' | 'goes-on' | undefined => {
  const body = text.replace(/^[{(]\s*|\s*;?\s*[})]$/g, '');
  const parts = body
    .split(/[;\n]|&&/)
    .map((each) => each.trim())
    .filter(Boolean);
  if (!parts.every((each) => /^(echo|printf|exit|return|true|:)(\s|$)/.test(each))) return undefined;
  return parts.some((each) => /^(exit|return)\b/.test(each)) ? 'ends' : 'goes-on';
};

const readNode = (reading: Reading, node: PipelineNode, span: { readonly pos: number; readonly end: number }): void => {
  switch (node.type) {
    case 'BraceGroup': {
      readAll(reading, node.body.commands);
      return;
    }
    case 'Function':
      reading.found.push(piece(reading, span, 'function', { why: node.name.value }));
      return;
    case 'If': {
      readIf(reading, node, span);
      return;
    }
    case 'For': {
      readFor(reading, node, span);
      return;
    }
    case 'While': {
      readWhile(reading, node, span);
      return;
    }
    case 'Command':
    case 'Pipeline':
      reading.found.push(piece(reading, span, 'command', { node }));
      return;
    default:
      reading.found.push(piece(reading, span, 'whole'));
  }
};

/** Looks whether something is there already before it is made: our steps do that themselves. */
const readIf = (reading: Reading, node: If, span: { pos: number; end: number }): void => {
  const clause = reading.source.slice(node.clause.pos, node.clause.end).replace(/;?\s*$/, '');
  const body = reading.source.slice(node.then.pos, node.then.end);
  if (node.elif.length > 0 || !onlyLooks(clause)) {
    reading.found.push(piece(reading, span, 'whole'));
    return;
  }
  if (node.else === undefined && endingOf(body.replaceAll(/>&2/g, '')) !== undefined) {
    reading.found.push(piece(reading, span, 'guard', { why: clause }));
    return;
  }
  const other = node.else && reading.source.slice(node.else.pos, node.else.end);
  const isOtherTalk = other === undefined || endingOf(other) !== undefined;
  if (isOtherTalk && !/\b(exit|return)\b/.test(body) && /(^|\s)!|-z\s|-eq 0|-ne 0|! -[a-z]/.test(clause)) {
    readAll(reading, node.then.commands);
    return;
  }
  // if it is there: say so; else make it
  if (node.else && endingOf(body) === 'goes-on') {
    readAll(reading, node.else.commands);
    return;
  }
  reading.found.push(piece(reading, span, 'whole'));
};

const onlyLooks = (clause: string): boolean =>
  /^!?\s*(\[|test\b|command -v|which\b|type\b|hash\b)|\b(grep|get|inspect|list|ps|ls|show|status|exists|info)\b/.test(
    clause,
  ) && !/[^2&]>[^&]/.test(clause.replaceAll(/>\s*\/dev\/null/g, ''));

const mostUnrolled = 64;

const readFor = (
  reading: Reading,
  node: Extract<CommandNode, { type: 'For' }>,
  span: { pos: number; end: number },
): void => {
  const items = node.wordlist?.flatMap(
    (word): readonly (string | undefined)[] => itemsOf(word, reading.bound) ?? [undefined],
  );
  if (items === undefined || items.length > mostUnrolled || items.some((item) => item === undefined)) {
    reading.found.push(piece(reading, span, 'whole'));
    return;
  }
  for (const item of items) {
    const bound = new Map([...reading.bound, [node.name.value, item as string]]);
    readAll({ ...reading, bound }, node.body.commands);
  }
};

const itemsOf = (word: Word, bound: ReadonlyMap<string, string>): readonly string[] | undefined => {
  const [, from, to] = /^\{(\d+)\.\.(\d+)\}$/.exec(word.text) ?? /^\$\(seq (?:(\d+) )?(\d+)\)$/.exec(word.text) ?? [];
  if (to !== undefined) {
    const first = Number(from ?? 1);
    return Array.from({ length: Math.max(0, Math.min(mostUnrolled + 1, Number(to) - first + 1)) }, (_, at) =>
      String(first + at),
    );
  }
  const [, before = '', list, after = ''] = /^([\w.-]*)\{([\w.,-]+)\}([\w.-]*)$/.exec(word.text) ?? [];
  if (list !== undefined) {
    const [, a, b] = /^(\d+)\.\.(\d+)$/.exec(list) ?? [];
    if (a !== undefined && b !== undefined && Number(b) - Number(a) < mostUnrolled)
      return Array.from({ length: Number(b) - Number(a) + 1 }, (_, at) => `${before}${Number(a) + at}${after}`);
    return list.includes(',') ? list.split(',').map((each) => `${before}${each}${after}`) : undefined;
  }
  const name = /^\$\{?(\w+)\}?$/.exec(word.text)?.[1];
  if (name !== undefined) return bound.get(name)?.split(/\s+/);
  return word.parts === undefined || word.parts.every(({ type }) => /Quoted|Literal/.test(type))
    ? [word.value]
    : undefined;
};

/** A loop around a sleep waits for its condition. */
const readWhile = (reading: Reading, node: While, span: { pos: number; end: number }): void => {
  const body = reading.source.slice(node.body.pos, node.body.end);
  const clause = reading.source.slice(node.clause.pos, node.clause.end).replace(/;?\s*$/, '');
  if (!/\bsleep\s+[\d.]+/.test(body) || /^(true|:|\(\(|read)/.test(clause.trim())) {
    reading.found.push(piece(reading, span, 'whole'));
    return;
  }
  const [, negated] = /^!\s+([\s\S]*)$/.exec(clause) ?? [];
  const condition = node.kind === 'until' ? clause : (negated ?? `! { ${clause}; }`);
  reading.found.push(piece(reading, span, 'wait', { why: condition }));
};

/** Where a statement ends with the bodies of its here-documents, which lie behind it. */
const endWithDocuments = (source: string, statement: Statement): number => {
  let end = statement.end;
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const node = value as { type?: string; closing?: { end: number }; body?: unknown; commands?: unknown };
    if (node.type === 'HereDoc') end = Math.max(end, node.closing?.end ?? end);
    for (const key of ['command', 'commands', 'redirects', 'body', 'then', 'clause', 'else']) {
      const child = (value as Readonly<Record<string, unknown>>)[key];
      if (Array.isArray(child)) child.forEach(visit);
      else if (key !== 'body' || node.type !== 'HereDoc') visit(child);
    }
  };
  visit(statement);
  return Math.min(end, source.length);
};
