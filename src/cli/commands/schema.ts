// `lab schema [workflow|variant|causes]`: the JSON Schema of the files, with the input of every step type and probe this project knows.
import { causesJsonSchema, variantJsonSchema, workflowJsonSchema } from '../../parse/schema.ts';
import { openContext } from '../context.ts';
import { CliError, exitCode } from '../exit-code.ts';
import { hintOf } from '../hint.ts';
import type { CommonOptions } from '../options.ts';
import { printJson } from '../print.ts';

const schemas = { workflow: workflowJsonSchema, variant: variantJsonSchema, causes: causesJsonSchema };

export const schemaCommand = async (what: string | undefined, options: CommonOptions): Promise<number> => {
  const name = what ?? 'workflow';
  if (name !== 'workflow' && name !== 'variant' && name !== 'causes')
    throw new CliError(exitCode.usage, `There is no schema of ${name}. ${hintOf(name, Object.keys(schemas))}`);
  const { registry } = await openContext(options);
  printJson(schemas[name](registry));
  return exitCode.ok;
};
