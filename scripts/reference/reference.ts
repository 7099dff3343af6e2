// docs/workflow-reference.md: the prose of page.md, with tables of every key, function, step type and probe where it says `{{ … }}`.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { expressionFunctions } from '../../src/core/expression-functions.ts';
import type { ProbeType, Registry, StepType } from '../../src/engine/step-type.ts';
import { causesJsonSchema, variantJsonSchema, workflowJsonSchema } from '../../src/parse/schema.ts';
import { type Json, keyTable } from './key-table.ts';
import { standardFunctions } from './standard-functions.ts';
import { usesIn } from './use-in-workflows.ts';

const note = `<!-- Written by \`npm run schema\` from the schemas and scripts/reference/page.md; edits belong there. -->\n\n`;

/** @throws Error when the page names a table that there is none of. */
export const referencePage = (registry: Registry): string => {
  const page = readFileSync('scripts/reference/page.md', 'utf8');
  const tables = allTables(registry);
  return (
    note +
    page.replace(/^\{\{ (.*) \}\}$/gm, (_, name: string) => {
      const table = tables.get(name);
      if (table === undefined) throw new Error(`scripts/reference/page.md: there is no table ${name}`);
      return table;
    })
  );
};

const allTables = (registry: Registry): ReadonlyMap<string, string> => {
  const workflow = workflowJsonSchema();
  const variant = variantJsonSchema();
  const uses = usesIn(['workflows', 'examples', 'scripts/reference']);
  const shapes = { ...definitionsOf(workflow), ...definitionsOf(variant) };
  const table = (schema: Json | undefined): string => keyTable(schema ?? {}, shapes);
  const at = (schema: Json | undefined, ...path: readonly string[]): Json =>
    path.reduce<Json>((each, key) => (each[key] ?? {}) as Json, schema ?? {});
  const options = at(workflow, 'properties', 'concurrency')['anyOf'] as readonly Json[];
  return new Map([
    ['workflow', table(workflow)],
    ['variant', table(variant)],
    ['requires', table(at(variant, 'properties', 'requires'))],
    ['tool', table(at(variant, 'properties', 'requires', 'properties', 'tools', 'items'))],
    ['enter', table(at(variant, 'properties', 'enter'))],
    ['concurrency', table(options.find((each) => each['properties'] !== undefined))],
    ...['step', 'probe', 'undo', 'retry', 'created', 'include', 'render'].map(
      (name) => [name, table(shapes[name])] as const,
    ),
    [
      'patches',
      alternativesOf(shapes['patch'] ?? {})
        .map(table)
        .join('\n\n'),
    ],
    ['causes', table(at(causesJsonSchema(), 'properties', 'causes', 'items'))],
    ['input types', inputTypes(shapes['input'] ?? {})],
    ['input keys', inputKeys(shapes['input'] ?? {})],
    [
      'own functions',
      functionTable(
        expressionFunctions.map(({ signature, meaning, example }) => [callOf(signature), meaning, example]),
      ),
    ],
    ['standard functions', standardTable()],
    ['step types', [...registry.steps.values()].map((type) => stepText(type, uses.ofStep(type.name))).join('\n\n')],
    ['probe types', [...registry.probes.values()].map((type) => probeText(type, uses.ofProbe(type.name))).join('\n\n')],
  ]);
};

const definitionsOf = (schema: Json): Readonly<Record<string, Json>> =>
  (schema['definitions'] ?? {}) as Record<string, Json>;

const alternativesOf = (schema: Json): readonly Json[] => (schema['oneOf'] ?? schema['anyOf'] ?? []) as readonly Json[];
const propertiesOf = (schema: Json): Readonly<Record<string, Json>> =>
  (schema['properties'] ?? {}) as Record<string, Json>;

const commonKeys = ['type', 'default', 'description', 'required'];

const inputTypes = (schema: Json): string => {
  const rows = alternativesOf(schema).map((each) => {
    const { type, ...others } = propertiesOf(each);
    const own = Object.keys(others).filter((key) => !commonKeys.includes(key));
    return `| \`${type?.['const']}\` | ${type?.['description']} | ${own.map((key) => `\`${key}\``).join(', ')} |`;
  });
  return ['| type | what it is | keys of its own |', '| --- | --- | --- |', ...rows].join('\n');
};

const inputKeys = (schema: Json): string => {
  const all = Object.assign({}, ...alternativesOf(schema).map(propertiesOf)) as Record<string, Json>;
  const { type: _, default: otherwise, ...others } = all;
  const text = { ...otherwise, type: undefined, anyOf: undefined, examples: undefined };
  return keyTable({ properties: { default: text, ...others } });
};

/** `list<dyn>.sort(): list<dyn>` as it is read: `list.sort()`. */
const callOf = (signature: string): string =>
  signature
    .replace(/<[^()]*?>(?=[.,)]|$)/g, '')
    .replace(/: .*$/, '')
    .replaceAll(/map(?=\))/g, 'map');

const functionTable = (rows: readonly (readonly [string, string, string])[]): string =>
  [
    '| function | yields | such as |',
    '| --- | --- | --- |',
    ...rows.map(([call, meaning, example]) => `| \`${call}\` | ${meaning} | \`${example.replaceAll('|', '\\|')}\` |`),
  ].join('\n');

const standardTable = (): string =>
  [
    '| what | such as |',
    '| --- | --- |',
    ...standardFunctions.map(([what, example]) => `| ${what} | \`${example.replaceAll('|', '\\|')}\` |`),
  ].join('\n');

const inputTable = (input: z.ZodType): string => {
  const json = z.toJSONSchema(input, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
  }) as Json;
  return Object.keys(propertiesOf(json)).length === 0 ? 'It takes nothing.' : keyTable(json);
};

const named = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, meaning]) => `\`${name}\` (${meaning})`)
    .join(', ');

const exampleText = (example: string | undefined): string =>
  example === undefined ? '' : `\n\n\`\`\`yaml\n${example}\`\`\``;

const stepText = ({ name, summary, input, outputs = {} }: StepType, example: string | undefined): string => {
  const yields = Object.keys(outputs).length === 0 ? '' : `\n\nOutputs: ${named(outputs)}.`;
  return `### \`${name}\`\n\n${summary}.\n\n${inputTable(input)}${yields}${exampleText(example)}`;
};

const probeText = ({ name, summary, input, values }: ProbeType, example: string | undefined): string => {
  const read = Object.keys(values).length === 0 ? '' : `\n\n\`expect\` reads ${named(values)}.`;
  return `### \`${name}\`\n\n${summary}.\n\n${inputTable(input)}${read}${exampleText(example)}`;
};
