// Writes the JSON Schemas that the workflow files name for editors, and the reference for people; with --check it only says whether
// they are current.
import { readFileSync, writeFileSync } from 'node:fs';
import { variantJsonSchema, workflowJsonSchema } from '../src/parse/schema.ts';
import { builtIn } from '../steps/index.ts';
import { referencePage } from './reference/reference.ts';

const json = (schema: unknown): string => `${JSON.stringify(schema, null, 2)}\n`;

const files = {
  'workflows/workflow.schema.json': json(workflowJsonSchema(builtIn)),
  'workflows/variant.schema.json': json(variantJsonSchema(builtIn)),
  'docs/workflow-reference.md': referencePage(builtIn),
};

const readIfThere = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

for (const [path, text] of Object.entries(files)) {
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (readIfThere(path) !== text) {
    process.stderr.write(`${path} is not current: run \`npm run schema\`.\n`);
    process.exitCode = 1;
  }
}
