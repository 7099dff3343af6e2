// Writes the JSON Schemas that the workflow files name for editors; with --check it only says whether they are current.
import { readFileSync, writeFileSync } from 'node:fs';
import { variantJsonSchema, workflowJsonSchema } from '../src/parse/schema.ts';
import { builtIn } from '../steps/index.ts';

const files = {
  'workflows/workflow.schema.json': workflowJsonSchema(builtIn),
  'workflows/variant.schema.json': variantJsonSchema(builtIn),
};

const readIfThere = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

for (const [path, schema] of Object.entries(files)) {
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (readIfThere(path) !== text) {
    process.stderr.write(`${path} is not current: run \`npm run schema\`.\n`);
    process.exitCode = 1;
  }
}
