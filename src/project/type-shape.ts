// What an export of a project's file is meant to be, and what it lacks to be that: JavaScript has no compiler to say so.
import type { z } from 'zod';
import type { ProbeType, StepType } from '../engine/step-type.ts';
import { didYouMean } from '../parse/nearest.ts';

export interface Model {
  /** The inputs it reads; others are not passed. */
  readonly inputs: z.ZodType;
  /** @throws RangeError with a sentence for impossible inputs. */
  build(inputs: Readonly<Record<string, unknown>>): unknown;
}

export type NamedModel = Model & { readonly name: string };

export type Kind = 'step type' | 'probe type' | 'model';

interface Part {
  readonly is: 'text' | 'schema' | 'function' | 'map';
  readonly optional?: true;
}

/** Every key of a type, optional where the type has it so: the compiler refuses a list that is not that of the contract. */
type PartsOf<T> = {
  readonly [Key in keyof T]-?: Part &
    (object extends Pick<T, Key> ? { readonly optional: true } : { readonly optional?: never });
};

interface Contract {
  readonly 'step type': PartsOf<StepType>;
  readonly 'probe type': PartsOf<ProbeType>;
  readonly model: PartsOf<NamedModel>;
}

const contract: Contract = {
  'step type': {
    name: { is: 'text' },
    summary: { is: 'text' },
    input: { is: 'schema' },
    run: { is: 'function' },
    check: { is: 'function', optional: true },
    undo: { is: 'function', optional: true },
    absent: { is: 'function', optional: true },
    creates: { is: 'function', optional: true },
    outputs: { is: 'map', optional: true },
    files: { is: 'function', optional: true },
    renders: { is: 'function', optional: true },
    describe: { is: 'function', optional: true },
  },
  'probe type': {
    name: { is: 'text' },
    summary: { is: 'text' },
    input: { is: 'schema' },
    values: { is: 'map' },
    look: { is: 'function' },
    glance: { is: 'function', optional: true },
    describe: { is: 'function' },
  },
  model: { name: { is: 'text' }, inputs: { is: 'schema' }, build: { is: 'function' } },
};
const parts: Readonly<Record<Kind, Readonly<Record<string, Part>>>> = { ...contract };

const inWords: Readonly<Record<Part['is'], string>> = {
  text: 'text',
  schema: 'a zod schema, such as z.strictObject({ … }) with the z of `lab`',
  function: 'a function',
  map: 'a map from name to meaning',
};

type Bag = Readonly<Record<string, unknown>>;

const isBag = (value: unknown): value is Bag => typeof value === 'object' && value !== null && !isSchema(value);
const isSchema = (value: unknown): boolean => typeof value === 'object' && value !== null && '_zod' in value;

/** By what it has; anything else is no business of `lab`. */
export const kindOf = (value: unknown): Kind | undefined => {
  if (!isBag(value)) return undefined;
  const meant = 'input' in value || 'name' in value;
  if (meant && typeof value['look'] === 'function') return 'probe type';
  if (meant && typeof value['run'] === 'function') return 'step type';
  if ('inputs' in value && typeof value['build'] === 'function') return 'model';
  return 'name' in value && isSchema(value['input']) ? 'step type' : undefined;
};

/** A sentence for each thing that is wrong with it. */
export const flawsOf = (kind: Kind, value: unknown): readonly { message: string; hint?: string }[] => {
  const bag = value as Bag;
  const wrong = Object.entries(parts[kind])
    .filter(([key, part]) => !(part.optional && bag[key] === undefined) && !fits(part, bag[key]))
    .map(([key, { is }]) => ({ message: messageOf(kind, key, bag), hint: `it must be ${inWords[is]}` }));
  const unknown = Object.keys(bag)
    .filter((key) => !Object.hasOwn(parts[kind], key))
    .map((key) => ({
      message: `a ${kind} has no \`${key}\``,
      hint: didYouMean(key, Object.keys(parts[kind])) ?? `it may have ${Object.keys(parts[kind]).join(', ')}`,
    }));
  return [...wrong, ...unknown];
};

const messageOf = (kind: Kind, key: string, bag: Bag): string =>
  bag[key] === undefined ? `the ${kind} lacks \`${key}\`` : `\`${key}\` of the ${kind} is not what it must be`;

const fits = ({ is }: Part, value: unknown): boolean => {
  if (is === 'text') return typeof value === 'string' && value !== '';
  if (is === 'function') return typeof value === 'function';
  return is === 'schema' ? isSchema(value) : isBag(value);
};
