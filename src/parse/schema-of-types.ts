// What a step type takes under `with`, and a probe kind beside its general keys, as conditions on the name of the type.
import * as z from 'zod';
import { probeSchema } from '../core/schema/probe.ts';

export type Json = { [key: string]: unknown };

interface DescribedType {
  readonly input: z.ZodType;
  readonly summary?: string;
}

export interface TypeCatalogue {
  readonly steps: ReadonlyMap<string, DescribedType>;
  readonly probes: ReadonlyMap<string, DescribedType>;
}

/** `uses: NAME` brings the shape of `with`. A name that is not in the catalogue may be the project's own. */
export const addStepTypes = (step: Json, { steps }: TypeCatalogue): void => {
  nameTypes(step, 'uses', steps);
  step['allOf'] = [...steps].map(([name, { input }]) => {
    const shape = shapeOf(input);
    const required = Array.isArray(shape['required']) && shape['required'].length > 0 ? { required: ['with'] } : {};
    return conditional('uses', name, { properties: { with: shape }, ...required });
  });
};

/** `probe: NAME` brings the keys of that kind; any other key beside the general ones is a mistake then. */
export const addProbeKinds = (probe: Json, { probes }: TypeCatalogue): void => {
  nameTypes(probe, 'probe', probes);
  const general = Object.fromEntries(Object.keys(probeSchema.shape).map((key) => [key, true]));
  probe['allOf'] = [...probes].map(([name, { input }]) => {
    const { properties, required, anyOf } = shapeOf(input);
    const closed = anyOf === undefined ? { additionalProperties: false } : {};
    const own = { properties: { ...general, ...(properties as Json) }, ...closed, ...(required ? { required } : {}) };
    return conditional('probe', name, own);
  });
};

const conditional = (key: string, name: string, consequence: Json): Json => ({
  if: { properties: { [key]: { const: name } }, required: [key] },
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word, in data that nobody awaits
  then: consequence,
});

const nameTypes = (owner: Json, key: string, types: ReadonlyMap<string, DescribedType>): void => {
  const properties = owner['properties'] as Record<string, Json>;
  const known = [...types].map(([name, { summary }]) => ({
    const: name,
    ...(summary === undefined ? {} : { description: summary }),
  }));
  properties[key] = { ...properties[key], anyOf: [...known, { type: 'string' }] };
};

/** The JSON Schema of an input, in which an expression may stand for any value. */
const shapeOf = (input: z.ZodType): Json => {
  const { $schema: _, ...json } = z.toJSONSchema(input, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
  }) as Json;
  return openProperties(json);
};

const expression = { type: 'string', pattern: '\\$\\{\\{' };

const openProperties = (json: Json): Json => {
  const opened: Json = { ...json };
  if (isJson(json['properties'])) {
    opened['properties'] = Object.fromEntries(
      Object.entries(json['properties']).map(([key, each]) => [key, open(each)]),
    );
  }
  for (const key of ['items', 'additionalProperties']) if (isJson(json[key])) opened[key] = open(json[key]);
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    const list = json[key];
    // An expression fits several alternatives, so none may be asked to be the only one.
    if (Array.isArray(list))
      opened[key === 'oneOf' ? 'anyOf' : key] = list.map((each) => (isJson(each) ? openProperties(each) : each));
  }
  if (json['oneOf'] !== undefined) delete opened['oneOf'];
  return opened;
};

/** The value itself, opened below, or an expression; free text is open already. */
const open = (json: unknown): unknown => {
  if (!isJson(json)) return json;
  const { description, ...rest } = openProperties(json);
  const free =
    json['type'] === 'string' &&
    json['pattern'] === undefined &&
    json['enum'] === undefined &&
    json['const'] === undefined &&
    json['format'] === undefined;
  if (free || Object.keys(rest).length === 0) return json;
  return { ...(description === undefined ? {} : { description }), anyOf: [rest, expression] };
};

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
