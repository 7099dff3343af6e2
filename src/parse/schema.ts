// JSON Schema of workflow and variant files, for editors; with a catalogue also of what each step type and probe takes.
import * as z from 'zod';
import { causesSchema } from '../core/causes.ts';
import { inputSchema } from '../core/schema/input.ts';
import { includeSchema, patchSchema } from '../core/schema/patch.ts';
import { probeSchema } from '../core/schema/probe.ts';
import { createdSchema, retrySchema, stepSchema, undoSchema } from '../core/schema/step.ts';
import { renderSchema, variantSchema } from '../core/schema/variant.ts';
import { workflowSchema } from '../core/schema/workflow.ts';
import { addProbeKinds, addStepTypes, type Json, type TypeCatalogue } from './schema-of-types.ts';

/** Shapes that stand in several places get a name and are written once. */
const named: Readonly<Record<string, z.ZodType>> = {
  step: stepSchema,
  include: includeSchema,
  patch: patchSchema,
  probe: probeSchema,
  undo: undoSchema,
  retry: retrySchema,
  created: createdSchema,
  input: inputSchema,
  render: renderSchema,
};

export const workflowJsonSchema = (catalogue?: TypeCatalogue): Json =>
  jsonSchemaOf(workflowSchema, { title: 'A workflow of lab', catalogue });

export const variantJsonSchema = (catalogue?: TypeCatalogue): Json =>
  jsonSchemaOf(variantSchema, { title: 'A variant of lab', catalogue });

export const causesJsonSchema = (): Json =>
  jsonSchemaOf(causesSchema, { title: 'Failures a project knows of its own', catalogue: undefined });

const jsonSchemaOf = (
  schema: z.ZodType,
  { title, catalogue }: { title: string; catalogue: TypeCatalogue | undefined },
): Json => {
  const json: Json = { title, ...toJson(schema) };
  const definitions = (json['definitions'] ?? {}) as Record<string, Json>;
  const { step, undo, probe } = definitions;
  if (catalogue && step) addStepTypes(step, catalogue);
  if (catalogue && undo) addStepTypes(undo, catalogue);
  if (catalogue && probe) addProbeKinds(probe, catalogue);
  return json;
};

/** Draft 7 is what editors know best. */
const toJson = (schema: z.ZodType): Json => {
  const names = z.registry<{ id: string }>();
  for (const [id, each] of Object.entries(named)) names.add(each, { id });
  return z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    metadata: names,
    override: ({ zodSchema, jsonSchema }) => {
      Object.assign(jsonSchema, z.globalRegistry.get(zodSchema));
      delete (jsonSchema as Json)['id'];
    },
  }) as Json;
};
