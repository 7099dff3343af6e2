// What a schema would accept at a path, in words and names: the material of `expected` and of "did you mean".
import type { z } from 'zod';
import type { Key } from './origins.ts';

type Definition = z.core.$ZodTypes['_zod']['def'];

const definitionOf = (schema: z.core.$ZodType): Definition => (schema as z.core.$ZodTypes)._zod.def;

/** Every schema that may describe the value at the path, unions spread out, wrappers taken off. */
export const schemasAt = (root: z.core.$ZodType, path: readonly PropertyKey[]): readonly z.core.$ZodType[] => {
  let found = spread(root);
  for (const key of path) found = found.flatMap((schema) => below(schema, key as Key)).flatMap(spread);
  return found;
};

/** The keys a map may have there; undefined when any key will do. */
export const keysAt = (root: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] | undefined => {
  const names = schemasAt(root, path).flatMap((schema) => {
    const definition = definitionOf(schema);
    return definition.type === 'object' ? Object.keys(definition.shape) : [];
  });
  return names.length === 0 ? undefined : [...new Set(names)];
};

/** Such as "a whole number or a ${{ … }} expression". */
export const expectationAt = (root: z.core.$ZodType, path: readonly PropertyKey[]): string | undefined => {
  const words = [...new Set(schemasAt(root, path).flatMap(wordsFor))];
  const last = words.pop();
  if (last === undefined) return undefined;
  return words.length === 0 ? last : `${words.join(', ')} or ${last}`;
};

/** Deep enough for any schema that is not made of itself without end. */
const maximumWrapping = 20;

const spread = (schema: z.core.$ZodType, wrapping: unknown = 0): readonly z.core.$ZodType[] => {
  const depth = typeof wrapping === 'number' ? wrapping : 0;
  if (depth > maximumWrapping) return [];
  const definition = definitionOf(schema);
  const further = (inner: z.core.$ZodType): readonly z.core.$ZodType[] => spread(inner, depth + 1);
  switch (definition.type) {
    case 'union':
      return definition.options.flatMap(further);
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
