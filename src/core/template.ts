// `${{ … }}` inside strings: finding the expressions and putting values in their place.
import { compile, ExpressionError, type Scope } from './expression.ts';

export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly source: string; readonly offset: number };

/** Splits at `${{ … }}`; `offset` is where the expression's source starts within the text. An unclosed one is text. */
export const templateParts = (text: string): readonly TemplatePart[] => {
  const parts: TemplatePart[] = [];
  let at = 0;
  for (const match of text.matchAll(/\$\{\{([\s\S]*?)\}\}/g)) {
    if (match.index > at) parts.push({ kind: 'text', text: text.slice(at, match.index) });
    parts.push({ kind: 'expression', source: match[1] ?? '', offset: match.index + 3 });
    at = match.index + match[0].length;
  }
  if (at < text.length || parts.length === 0) parts.push({ kind: 'text', text: text.slice(at) });
  return parts;
};

/** The value of an expression source. @throws ExpressionError */
export const evaluate = (source: string, scope: Scope): unknown => {
  const compilation = compile(source);
  if (!compilation.ok) throw new ExpressionError(compilation.message, { ...compilation, source });
  return compilation.expression.evaluate(scope);
};

/** Whether a condition holds. @throws ExpressionError also when it yields neither true nor false. */
export const evaluateCondition = (source: string, scope: Scope): boolean => asBoolean(evaluate(source, scope), source);

/** @throws ExpressionError that names what the source yielded. */
export const asBoolean = (value: unknown, source: string): boolean => {
  if (typeof value === 'boolean') return value;
  throw new ExpressionError(`it yields ${nameOf(value)}, not true or false`, {
    source,
    offset: 0,
    length: source.length,
  });
};

const nameOf = (value: unknown): string => {
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value)}`;
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? 'a list' : 'a map';
};

/** A string with its expressions replaced; a string that is one expression becomes that value, of any type. @throws ExpressionError */
export const resolveText = (text: string, scope: Scope): unknown => {
  if (!text.includes('${{')) return text;
  const parts = templateParts(text);
  const [first] = parts;
  if (parts.length === 1 && first?.kind === 'expression') return evaluate(first.source, scope);
  return parts.map((part) => (part.kind === 'text' ? part.text : textOf(evaluate(part.source, scope)))).join('');
};

/** How a value reads inside a longer text: strings as they are, the rest as JSON. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** The same through lists and maps. @throws ExpressionError */
export const resolveValue = (value: unknown, scope: Scope): unknown => {
  if (typeof value === 'string') return resolveText(value, scope);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => resolveValue(each, scope));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolveValue(each, scope)]));
};
