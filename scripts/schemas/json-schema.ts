// Objects against the schemas of their makers: containerlab's JSON Schema, and the OpenAPI schemas inside resource definitions.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import { parse, parseAllDocuments } from 'yaml';

type Schema = Record<string, unknown>;
interface Resource {
  readonly apiVersion?: string;
  readonly kind?: string;
}

export const documentsIn = (text: string): readonly unknown[] =>
  parseAllDocuments(text).map((document) => document.toJS() as unknown);

/** @returns what is wrong with a topology, in containerlab's own terms. */
export const topologyFaults = (schemaFile: string, text: string): readonly string[] => {
  const schema = JSON.parse(readFileSync(schemaFile, 'utf8')) as Schema;
  // Its $schema names draft-07 by another address than ajv does.
  const { $schema: _, ...rest } = schema;
  return faultsOf(rest, parse(text));
};

/** Validators of the resources a folder of definitions describes, by apiVersion and kind. */
export const definitionsIn = (folder: string): ReadonlyMap<string, Schema> => {
  const found = new Map<string, Schema>();
  for (const file of readdirSync(folder)) {
    for (const { spec } of documentsIn(readFileSync(join(folder, file), 'utf8')) as { spec: Definition }[])
      for (const { name, schema } of spec.versions)
        found.set(`${spec.group}/${name} ${spec.names.kind}`, closed(schema.openAPIV3Schema));
  }
  return found;
};

interface Definition {
  readonly group: string;
  readonly names: { readonly kind: string };
  readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[];
}

/** @returns what is wrong with each resource of a manifest, unknown kinds and fields included. */
export const manifestFaults = (definitions: ReadonlyMap<string, Schema>, text: string): readonly string[] =>
  (documentsIn(text) as Resource[]).flatMap((resource) => {
    const name = `${resource.apiVersion} ${resource.kind}`;
    const schema = definitions.get(name);
    return schema ? faultsOf(schema, resource).map((fault) => `${resource.kind}: ${fault}`) : [`there is no ${name}`];
  });

/** The API server refuses or prunes fields a schema does not name; JSON Schema has to be told so. */
const closed = (schema: Schema): Schema => {
  const own = Object.entries(schema).map(([key, value]): [string, unknown] => {
    if (key === 'properties') return [key, mapValues(value as Record<string, Schema>, closed)];
    if ((key === 'items' || key === 'additionalProperties') && typeof value === 'object')
      return [key, closed(value as Schema)];
    return [key, value];
  });
  const open = !('properties' in schema) || schema['x-kubernetes-preserve-unknown-fields'] === true;
  return { ...Object.fromEntries(own), ...(!open && { additionalProperties: false }) };
};

const mapValues = <From, To>(object: Record<string, From>, change: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

const faultsOf = (schema: Schema, value: unknown): readonly string[] => {
  const validate = new Ajv({
    strict: false,
    allErrors: true,
    logger: false,
    validateFormats: false,
    validateSchema: false,
    code: { regExp },
  }).compile(schema);
  if (validate(value)) return [];
  return deepest(validate.errors ?? []).map(({ instancePath, message, params }) =>
    `${instancePath || '/'} ${message} ${JSON.stringify(params)}`.slice(0, 300),
  );
};

/** One pattern of containerlab's schema has a parenthesis too many; it then says nothing. */
const regExp = Object.assign(
  (pattern: string, flags: string): RegExp => {
    try {
      return new RegExp(pattern, flags);
    } catch {
      return /(?:)/;
    }
  },
  { code: 'new RegExp' },
);

/** A schema of alternatives complains about each; the complaint that got furthest is the one that matters. */
const deepest = (errors: readonly ErrorObject[]): readonly ErrorObject[] => {
  const depth = ({ instancePath }: ErrorObject): number => instancePath.split('/').length;
  const most = Math.max(...errors.map(depth));
  return errors.filter((error) => depth(error) === most).slice(0, 5);
};
