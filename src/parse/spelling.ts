// Numbers and booleans that stand where text is meant: one that would read differently as text than it is written must be quoted.
import type { z } from 'zod';
import type { Context } from './context.ts';
import type { Key } from './origins.ts';

type Container = Readonly<Record<Key, unknown>>;

/** The scalar under `key`, and all below it when that is a list or a map. */
export const checkSpelling = (context: Context, container: object, key: Key): void => {
  const value = (container as Container)[key];
  if (typeof value === 'object' && value !== null) {
    for (const each of keysOf(value)) checkSpelling(context, value, each);
    return;
  }
  const spelling = changedSpelling(context, container, key);
  const place = context.origins.placeAt(container, key, 'value');
  if (spelling === undefined || !place) return;
  context.report(place, {
    code: 'number-changes',
    message: `\`${spelling}\` is a ${typeof value} and would read ${value}`,
    hint: `write "${spelling}"`,
  });
};

/** The same for those scalars that a schema would take as text too: whoever wrote them may have meant that. */
export const checkSpellingsBySchema = (context: Context, schema: z.core.$ZodType, value: object): void => {
  const visit = (container: object, path: readonly Key[]): void => {
    for (const key of keysOf(container)) {
      const each = (container as Container)[key];
      const at = [...path, key];
      if (typeof each === 'object' && each !== null) visit(each, at);
      else if (changedSpelling(context, container, key) !== undefined && takesText(schema, value, at))
        checkSpelling(context, container, key);
    }
  };
  visit(value, []);
};

const takesText = (schema: z.core.$ZodType, value: object, path: readonly Key[]): boolean => {
  const result = (schema as z.ZodType).safeParse(withText(value, path));
  const issues = result.error?.issues ?? [];
  return !issues.some((issue) => path.slice(0, issue.path.length).every((key, index) => key === issue.path[index]));
};

const withText = (value: unknown, [key, ...rest]: readonly Key[]): unknown => {
  if (key === undefined) return 'text';
  const inner = withText((value as Container)[key], rest);
  return Array.isArray(value) ? value.with(Number(key), inner) : { ...(value as object), [key]: inner };
};

/** Undefined where the value reads as it is written, and for text. */
const changedSpelling = ({ origins }: Context, container: object, key: Key): string | undefined => {
  const value = (container as Container)[key];
  if (typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const spelling = origins.spelling(container, key);
  return spelling === undefined || spelling === String(value) || spelling.startsWith('*') ? undefined : spelling;
};

const keysOf = (value: object): readonly Key[] => (Array.isArray(value) ? [...value.keys()] : Object.keys(value));
