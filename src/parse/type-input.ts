// Holds the input of a step type or probe against the type's own schema, as far as it is known before the run.
import { templateParts } from '../core/template.ts';
import type { Context } from './context.ts';
import { didYouMean } from './nearest.ts';
import type { Key } from './origins.ts';
import { checkShape } from './shape.ts';
import type { Place } from './source.ts';
import { checkSpellingsBySchema } from './spelling.ts';

export const checkTypeInput = (
  context: Context,
  {
    schema,
    value,
    what,
    place,
  }: { schema: Parameters<typeof checkShape>[0]['schema']; value: unknown; what: string; place: Place },
): void => {
  checkShape({ ...context, schema, value, what, place, ignores: (issue) => isOpen(value, issue) });
  if (typeof value === 'object' && value !== null) checkSpellingsBySchema(context, schema, value);
};

/** What an expression will yield is not known yet: issues at it, and rules about a whole that holds one, cannot be judged. */
const isOpen = (
  value: unknown,
  issue: Parameters<NonNullable<Parameters<typeof checkShape>[0]['ignores']>>[0],
): boolean => {
  let found = value;
  for (const key of issue.path as Key[]) {
    if (typeof found !== 'object' || found === null) break;
    found = (found as Record<Key, unknown>)[key];
  }
  if (typeof found === 'string') {
    const parts = templateParts(found);
    if (!parts.some((part) => part.kind === 'expression')) return false;
    return parts.length === 1 || issue.code !== 'invalid_type';
  }
  return issue.code === 'custom' && holdsExpression(found);
};

const holdsExpression = (value: unknown): boolean => {
  if (typeof value === 'string') return value.includes('${{');
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsExpression);
};

/** The hint for a type that is unknown: the nearest one, or those of the same product, or all of a few. */
export const nearestType = (name: string, known: Iterable<string>): string | undefined => {
  const names = [...known];
  const product = `${name.split('.')[0]}.`;
  const related = names.filter((each) => each.startsWith(product));
  const listed = related.length > 0 ? related : names;
  return (
    didYouMean(name, names) ?? (listed.length > 0 && listed.length <= 30 ? `there is ${listed.join(', ')}` : undefined)
  );
};
