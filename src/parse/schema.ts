// JSON Schema of workflow and variant files, for editors; with a catalogue also of what each step type and probe takes.
import { z } from 'zod';
import { causesSchema } from '../core/causes.ts';
import {
  createdSchema,
  includeSchema,
  inputSchema,
  patchSchema,
  probeSchema,
  renderSchema,
  retrySchema,
  stepSchema,
  undoSchema,
  variantSchema,
  workflowSchema,
} from '../core/workflow.ts';
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
      const description = z.globalRegistry.get(zodSchema)?.description;
      if (description !== undefined) jsonSchema.description = description;
      delete (jsonSchema as Json)['id'];
    },
  }) as Json;
};
