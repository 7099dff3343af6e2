// CEL, the only language a workflow file computes with: compiled once, evaluated over plain data, with positions in errors.
import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { toCel, toPlain } from './cel-values.ts';
import { resetBudget } from './evaluation-budget.ts';
import { isKept } from './exact-json.ts';
import { makeStrict, registerFunctions, registerStrictFunctions, withPlainNames } from './expression-functions.ts';
import { Uncomputable } from './uncomputable.ts';
import { withheldOn } from './withheld.ts';

export type Scope = Readonly<Record<string, unknown>>;

export interface Compiled {
  readonly source: string;
  /** @throws ExpressionError when a name is missing or a type does not fit. */
  evaluate(scope: Scope): unknown;
  /** What it yields, as CEL names the type, where that can be known without a scope: `string`, `list<int>`. */
  yields(): string | undefined;
  /** The names it reads, as far as they are spelt out: `['inputs', 'nodes']`. */
  readonly references: readonly (readonly string[])[];
}

export type Compilation =
  | { readonly ok: true; readonly expression: Compiled }
  | { readonly ok: false; readonly message: string; readonly offset: number; readonly length: number };

export class ExpressionError extends Error {
  readonly source: string;
  readonly offset: number;
  readonly length: number;
  constructor(message: string, at: { source: string; offset: number; length: number }) {
    super(message);
    this.name = 'ExpressionError';
    this.source = at.source;
    this.offset = at.offset;
    this.length = at.length;
  }
}

/** What was asked for is kept nowhere, since it holds a secret. */
export class WithheldError extends ExpressionError {}

const environment = registerStrictFunctions(
  registerFunctions(
    new Environment({
      unlistedVariablesAreDyn: true,
      homogeneousAggregateLiterals: false,
      enableOptionalTypes: true,
      limits: { maxAstNodes: 5000, maxDepth: 100 },
    }),
  ),
);

/** Macros inside macros multiply; deeper nesting than this has no use and could burn hours. */
const maximumMacroNesting = 3;
const macros = new Set(['all', 'exists', 'exists_one', 'map', 'filter', 'bind']);
const cache = new Map<string, Compilation>();

/** Compiles a CEL expression; a mistake comes back with its place in the source. */
export const compile = (source: string): Compilation => {
  const known = cache.get(source);
  if (known) return known;
  const compilation = compileAnew(source);
  cache.set(source, compilation);
  return compilation;
};

const compileAnew = (source: string): Compilation => {
  try {
    const parsed = environment.parse(source);
    const references: string[][] = [];
    const nesting = collect(parsed.ast, new Set(), references);
    harden(parsed.ast, source);
    if (nesting > maximumMacroNesting) {
      return {
        ok: false,
        message: `macros nested deeper than ${maximumMacroNesting}`,
        offset: 0,
        length: source.length,
      };
    }
    const evaluate = (scope: Scope): unknown => {
      const part = partOf(scope, references);
      assertAffordable(source, part, nesting);
      try {
        return run(source, parsed, part);
      } catch (error) {
        throw withheldError(error, scope, references);
      }
    };
    return { ok: true, expression: { source, references, evaluate, yields: () => typeOf(parsed) } };
  } catch (error) {
    return { ok: false, ...place(error, source) };
  }
};

const typeOf = (parsed: ReturnType<Environment['parse']>): string | undefined => {
  const { valid, type } = parsed.check();
  return valid && type !== undefined && !type.includes('dyn') ? type : undefined;
};

/** Lists in loops multiply: what could turn more often than this, which takes minutes, is refused before it starts. */
const maximumTurns = 1e9;

const assertAffordable = (source: string, scope: Record<string, unknown>, nesting: number): void => {
  if (nesting < 2) return;
  const longest = longestList(scope);
  if (longest ** nesting <= maximumTurns) return;
  const message = `a list of ${longest} elements in ${nesting} nested macros could take hours`;
  throw new ExpressionError(message, { source, offset: 0, length: source.length });
};

const longestList = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0;
  const parts = Array.isArray(value) ? value : Object.values(value);
  return parts.reduce<number>((longest, each) => Math.max(longest, longestList(each)), parts.length);
};

const isDeep = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uncomputable);

/** The part of a scope that an expression with these references reads, two names deep: a scope may hold ten thousand steps. */
export const partOf = (scope: Scope, references: readonly (readonly string[])[]): Record<string, unknown> => {
  const part: Record<string, unknown> = {};
  const whole = new Set(references.filter((path) => path.length === 1).map(([root]) => root));
  for (const [root, name] of references) {
    if (root === undefined || !Object.hasOwn(scope, root)) continue;
    const value = scope[root];
    if (name === undefined || whole.has(root) || !isDeep(value)) {
      part[root] = value;
      continue;
    }
    const inner = (part[root] ?? {}) as Record<string, unknown>;
    if (Object.hasOwn(value, name)) inner[name] = (value as Record<string, unknown>)[name];
    part[root] = inner;
  }
  return part;
};

const run = (
  source: string,
  parsed: (scope: Record<string, unknown>) => unknown,
  scope: Record<string, unknown>,
): unknown => {
  resetBudget();
  try {
    return toPlain(parsed(toCel(scope) as Record<string, unknown>));
  } catch (error) {
    const { message, offset, length } = place(error, source);
    throw new ExpressionError(message, { source, offset, length });
  }
};

/** The error itself, unless what it misses is withheld. */
const withheldError = (error: unknown, scope: Scope, references: readonly (readonly string[])[]): unknown => {
  if (!(error instanceof ExpressionError)) return error;
  const path = references.map((each) => withheldOn(each, scope)).find((each) => each !== undefined);
  if (path === undefined) return error;
  const message = `${path} holds a secret, which is kept nowhere; use the secret itself (secrets.NAME) where it is needed`;
  return new WithheldError(message, error);
};

const place = (error: unknown, source: string): { message: string; offset: number; length: number } => {
  const { summary, message, range } = error as {
    summary?: string;
    message?: string;
    range?: { start: number; end: number };
  };
  const start = Math.min(range?.start ?? 0, source.length);
  const text = withPlainNames(summary ?? message?.split('\n')[0] ?? String(error));
  return { message: text, offset: start, length: Math.max(1, (range?.end ?? source.length) - start) };
};

/** Adds the names read below a node to `into`; returns how deep macros are nested there. */
const collect = (node: ASTNode, locals: ReadonlySet<string>, into: string[][]): number => {
  const path = pathOf(node);
  if (path) {
    if (path[0] !== undefined && !locals.has(path[0])) into.push(path);
    return 0;
  }
  if (node.op === 'rcall') {
    const [name, receiver, args] = node.args as [string, ASTNode, ASTNode[]];
    if (macros.has(name)) return collectMacro(name, { receiver, args, locals }, into);
    return Math.max(0, ...[receiver, ...args].map((each) => collect(each, locals, into)));
  }
  return Math.max(0, ...childrenOf(node).map((each) => collect(each, locals, into)));
};

/** Calls go to functions that keep to the language's definition, and a number that no double holds is refused. */
const harden = (node: ASTNode, source: string): void => {
  makeStrict(node);
  const spelling = source.slice(node.start, node.end);
  if (node.op === 'value' && typeof node.args === 'number' && !isKept(spelling))
    throw Object.assign(new Error(`${spelling} can't be kept exactly`), {
      range: { start: node.start, end: node.end },
    });
  for (const each of childrenOf(node)) harden(each, source);
};

const collectMacro = (
  name: string,
  { receiver, args, locals }: { receiver: ASTNode; args: ASTNode[]; locals: ReadonlySet<string> },
  into: string[][],
): number => {
  const variable = args[0]?.op === 'id' ? String(args[0].args) : undefined;
  const inner = new Set(variable === undefined ? locals : [...locals, variable]);
  const below = args.slice(1).map((each) => collect(each, inner, into));
  const outside = name === 'bind' ? 0 : collect(receiver, locals, into);
  return Math.max(outside, 1 + Math.max(0, ...below));
};

const childrenOf = (node: ASTNode): ASTNode[] => {
  const found: ASTNode[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) visit(each);
    else if (typeof value === 'object' && value !== null && 'op' in value) found.push(value as ASTNode);
  };
  visit(node.args);
  return found;
};

/** `a.b["c"]` as ['a', 'b', 'c']; an index that is computed ends the path there, and is looked at by the caller. */
const pathOf = (node: ASTNode): string[] | undefined => {
  if (node.op === 'id') return [String(node.args)];
  if (node.op === '.' || node.op === '.?') {
    const [object, name] = node.args as [ASTNode, string];
    const path = pathOf(object);
    return path && [...path, name];
  }
  if (node.op === '[]' || node.op === '[?]') {
    const [object, index] = node.args as [ASTNode, ASTNode];
    const path = pathOf(object);
    if (path && index.op === 'value') return [...path, String(index.args)];
  }
  return undefined;
};
