// What a schema would accept at a path, in words and names: the material of `expected` and of "did you mean".
import type { z } from 'zod';
import type { Key } from './origins.ts';

type Definition = z.core.$ZodTypes['_zod']['def'];

const definitionOf = (schema: z.core.$ZodType): Definition => (schema as z.core.$ZodTypes)._zod.def;

/** What is described: a path in a schema, and the value that was found, which tells alternatives apart. */
export interface Spot {
  readonly schema: z.core.$ZodType;
  readonly value: unknown;
  readonly path: readonly PropertyKey[];
}

/** Every schema that may describe the value at the path, unions spread out, wrappers taken off. */
const schemasAt = ({ schema, value, path }: Spot): readonly z.core.$ZodType[] => {
  let found = spread(schema, value);
  let at = value;
  for (const key of path) {
    const inner = typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined;
    found = found.flatMap((each) => below(each, key as Key)).flatMap((each) => spread(each, inner));
    at = inner;
  }
  return found;
};

/** The keys a map may have there; none when any key will do. */
export const keysAt = (spot: Spot): readonly string[] => {
  const names = schemasAt(spot).flatMap((schema) => {
    const definition = definitionOf(schema);
    return definition.type === 'object' ? Object.keys(definition.shape) : [];
  });
  return [...new Set(names)];
};

/** Such as "a whole number or a ${{ … }} expression". */
export const expectationAt = (spot: Spot): string | undefined => {
  const words = [...new Set(schemasAt(spot).flatMap(wordsFor))];
  const last = words.pop();
  if (last === undefined) return undefined;
  return words.length === 0 ? last : `${words.join(', ')} or ${last}`;
};

/** Deep enough for any schema that is not made of itself without end. */
const maximumWrapping = 20;

const spread = (schema: z.core.$ZodType, value: unknown, depth = 0): readonly z.core.$ZodType[] => {
  if (depth > maximumWrapping) return [];
  const definition = definitionOf(schema);
  const further = (inner: z.core.$ZodType): readonly z.core.$ZodType[] => spread(inner, value, depth + 1);
  switch (definition.type) {
    case 'union':
      return alternatives(definition, value).flatMap(further);
    case 'intersection':
      return [...further(definition.left), ...further(definition.right)];
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return further(definition.innerType);
    case 'pipe':
      return further(definition.in);
    case 'lazy':
      return further(definition.getter());
    default:
      return [schema];
  }
};

/** Of a discriminated union the one alternative that the value says it is, if it says so. */
const alternatives = (definition: Definition & { type: 'union' }, value: unknown): readonly z.core.$ZodType[] => {
  const key = 'discriminator' in definition ? String(definition.discriminator) : undefined;
  if (key === undefined || typeof value !== 'object' || value === null) return definition.options;
  const chosen = definition.options.filter((option) =>
    below(option, key).some((each) => (each as z.ZodType).safeParse((value as Record<string, unknown>)[key]).success),
  );
  return chosen.length > 0 ? chosen : definition.options;
};

const below = (schema: z.core.$ZodType, key: Key): readonly z.core.$ZodType[] => {
  const definition = definitionOf(schema);
  switch (definition.type) {
    case 'object': {
      const inner = Object.hasOwn(definition.shape, key) ? definition.shape[key] : definition.catchall;
      return inner ? [inner] : [];
    }
    case 'record':
      return [definition.valueType];
    case 'array':
      return [definition.element];
    case 'tuple': {
      const inner = definition.items[Number(key)] ?? definition.rest;
      return inner ? [inner] : [];
    }
    default:
      return [];
  }
};

const wordsFor = (schema: z.core.$ZodType): readonly string[] => {
  const definition = definitionOf(schema);
  switch (definition.type) {
    case 'string':
      return [textExpectation(schema)];
    case 'number':
      return [isWhole(schema) ? 'a whole number' : 'a number'];
    case 'boolean':
      return ['true or false'];
    case 'array':
    case 'tuple':
    case 'set':
      return ['a list'];
    case 'object':
    case 'record':
    case 'map':
      return ['a map'];
    case 'enum':
      return Object.values(definition.entries).map((value) => `\`${value}\``);
    case 'literal':
      return definition.values.map((value) => `\`${value}\``);
    case 'null':
    case 'undefined':
      return ['nothing'];
    default:
      return [];
  }
};

/** A string schema tells its own words only by refusing something; nobody writes this character. */
const textExpectation = (schema: z.core.$ZodType): string => {
  const result = (schema as z.ZodType).safeParse('\u0000');
  const message = result.success ? undefined : result.error.issues[0]?.message;
  return message === undefined || message.startsWith('Invalid') || message.startsWith('Too') ? 'text' : message;
};

const isWhole = (schema: z.core.$ZodType): boolean => !(schema as z.ZodType).safeParse(0.5).success;
