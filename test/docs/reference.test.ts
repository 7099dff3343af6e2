// What the reference and the editors say of keys, expressions and YAML is so.
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import { standardFunctions } from '../../scripts/reference/standard-functions.ts';
import { causesSchema } from '../../src/core/causes.ts';
import { compile } from '../../src/core/expression.ts';
import { expressionFunctions } from '../../src/core/expression-functions.ts';
import { causesJsonSchema, variantJsonSchema, workflowJsonSchema } from '../../src/parse/schema.ts';
import { builtIn } from '../../steps/index.ts';
import { blocksOf } from './rig/blocks.ts';

type Json = Record<string, unknown>;

interface Key {
  /** The file, and a JSON pointer into its schema. */
  readonly path: string;
  readonly schema: Json;
}

/** Every key of every map that a schema describes. */
const keysIn = (schema: unknown, path = ''): readonly Key[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema as Json).flatMap(([name, value]) => {
    // Conditions on the name of a type repeat its keys.
    if (name === 'allOf' || name === 'examples' || name === 'default') return [];
    if (name !== 'properties') return keysIn(value, `${path}/${name}`);
    return Object.entries(value as Json).flatMap(([key, each]) => [
      { path: `${path}/properties/${key}`, schema: each as Json },
      ...keysIn(each, `${path}/properties/${key}`),
    ]);
  });
};

const schemas = { workflow: workflowJsonSchema(), variant: variantJsonSchema(), causes: causesJsonSchema() };
const keys = Object.entries(schemas).flatMap(([file, schema]) => keysIn(schema, `${file}#`));

describe('a key of the files', () => {
  it('says what it means, wherever it stands', () => {
    const silent = keys.filter(({ schema }) => schema['description'] === undefined && schema['allOf'] === undefined);
    expect(silent.map(({ path }) => path)).toEqual([]);
    expect(keys.length).toBeGreaterThan(150);
  });

  it('has examples that fit it', () => {
    const ajv = new Ajv({ strict: false });
    for (const [file, schema] of Object.entries(schemas)) ajv.addSchema(schema, file);
    const wrong = keys.flatMap(({ path, schema }) => {
      const examples = (schema['examples'] ?? []) as readonly unknown[];
      return examples
        .filter((example) => !ajv.validate({ $ref: path }, example))
        .map((example) => `${path}: ${JSON.stringify(example)}`);
    });
    expect(wrong).toEqual([]);
  });
});

describe('a step type or probe that comes with lab', () => {
  it('says what each key of its input means', () => {
    const { definitions } = workflowJsonSchema(builtIn) as { definitions: Record<string, { allOf?: readonly Json[] }> };
    const said = [...(definitions['step']?.allOf ?? []), ...(definitions['probe']?.allOf ?? [])];
    const general = new Set(
      Object.keys((schemas.workflow['definitions'] as Record<string, Json>)['probe']?.['properties'] as Json),
    );
    const silent = said.flatMap((condition) => {
      const name = JSON.stringify((condition['if'] as { properties: Json }).properties);
      return Object.entries(inputOf(condition))
        .filter(([key, each]) => !general.has(key) && each.description === undefined)
        .map(([key]) => `${name} ${key}`);
    });
    expect(silent).toEqual([]);
    expect(said.length).toBe(builtIn.steps.size + builtIn.probes.size);
  });
});

describe('the use of a type that the reference shows', () => {
  interface Use {
    readonly name: string;
    readonly schema: z.ZodType | undefined;
    readonly input: unknown;
  }
  const uses = blocksOf('docs/workflow-reference.md').flatMap(({ text }): readonly Use[] => {
    const { uses: step, probe, with: input, expect: _, ...own } = (parse(text) ?? {}) as Json;
    if (step !== undefined) return [{ name: `step ${step}`, schema: builtIn.steps.get(String(step))?.input, input }];
    return probe === undefined
      ? []
      : [{ name: `probe ${probe}`, schema: builtIn.probes.get(String(probe))?.input, input: own }];
  });

  it('is there for each', () => {
    const all = [
      ...[...builtIn.steps.keys()].map((name) => `step ${name}`),
      ...[...builtIn.probes.keys()].map((name) => `probe ${name}`),
    ];
    expect(uses.map(({ name }) => name).sort()).toEqual(all.sort());
  });

  it.each(uses.filter(({ input }) => !JSON.stringify(input).includes('${{')))(
    'fits its input: $name',
    ({ schema, input }) => {
      expect(schema?.safeParse(input)).toMatchObject({ success: true });
    },
  );
});

/** The keys that a condition brings: those of `with`, or of the probe itself. */
const inputOf = (condition: Json): Record<string, { description?: string }> => {
  const { properties } = condition['then'] as { properties: Record<string, { properties?: Record<string, object> }> };
  return (properties['with']?.properties ?? ('with' in properties ? {} : properties)) as Record<
    string,
    { description?: string }
  >;
};

describe('an expression that the reference shows', () => {
  it.each([...standardFunctions.map(([, example]) => example), ...expressionFunctions.map(({ example }) => example)])(
    '%s',
    (example) => {
      const compiled = compile(example);
      expect(compiled).toMatchObject({ ok: true });
      expect(compiled.ok && compiled.expression.evaluate({})).toBe(true);
    },
  );

  it('a[?"b"].orValue(0)', () => {
    const compiled = compile('a[?"b"].orValue(0) == 0 && has(a.c)');
    expect(compiled.ok && compiled.expression.evaluate({ a: { c: 1 } })).toBe(true);
  });
});

it('the file of causes that the reference shows is right', () => {
  const block = blocksOf('docs/workflow-reference.md').find(({ text }) => text.startsWith('causes:'));
  expect(causesSchema.parse(parse(block?.text ?? '')).causes).toHaveLength(1);
});

describe('what surprises in YAML', () => {
  it.each([
    ['yes', 'yes'],
    ['off', 'off'],
    ['010', 10],
    ['0o10', 8],
    ['1_000', '1_000'],
    ['12:30', '12:30'],
    ['1.20', 1.2],
    ['2026-11-24', '2026-11-24'],
    ['~', null],
    ['null', null],
  ])('%s is %j', (text, value) => {
    expect(parse(`key: ${text}`)).toEqual({ key: value });
  });

  it('has no merge keys, comments after a space, and no expression in braces without quotes', () => {
    expect(parse('a: &a { x: 1 }\nb:\n  <<: *a\n')).toEqual({ a: { x: 1 }, b: { '<<': { x: 1 } } });
    expect(parse('key: value # x')).toEqual({ key: 'value' });
    expect(() => parse('key: a: b')).toThrow();
    expect(() => parse('{ name: ${{ x }} }')).toThrow();
  });
});
