// `lab schema [workflow|variant|causes]`: the JSON Schema of the files, with the input of every step type and probe this project knows.
import { hintOf } from '../../parse/nearest.ts';
import { causesJsonSchema, variantJsonSchema, workflowJsonSchema } from '../../parse/schema.ts';
import { CliError, exitCode } from '../../project/exit-code.ts';
import type { CommonOptions } from '../../project/options.ts';
import { openContext } from '../../session/context.ts';
import { printJson } from '../../session/print.ts';

const schemas = { workflow: workflowJsonSchema, variant: variantJsonSchema, causes: causesJsonSchema };

export const schemaCommand = async (what: string | undefined, options: CommonOptions): Promise<number> => {
  const name = what ?? 'workflow';
  if (name !== 'workflow' && name !== 'variant' && name !== 'causes')
    throw new CliError(exitCode.usage, `There is no schema of ${name}. ${hintOf(name, Object.keys(schemas))}`);
  const { registry } = await openContext(options);
  printJson(schemas[name](registry));
  return exitCode.ok;
};
