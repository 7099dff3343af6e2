import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { variantJsonSchema, workflowJsonSchema } from '../../src/parse/schema.ts';
import { catalogue } from './project.ts';

const ajv = new Ajv({ allErrors: true, strict: false });
const workflow = ajv.compile(workflowJsonSchema(catalogue));
const variant = ajv.compile(variantJsonSchema(catalogue));

const step = (keys: object): object => ({ name: 'deploy', steps: [{ id: 'a', ...keys }] });
const probe = (keys: object): object => step({ run: ['x'], health: [keys] });

describe('the JSON Schema of a workflow file', () => {
  it.each<[string, object]>([
    ['a whole step', step({ needs: [], if: 'inputs.n > 1', run: ['x', 1, true], timeout: '5m', health: ['ready'] })],
    [
      'a patched workflow',
      {
        name: 'deploy',
        extends: '../a/deploy.yaml',
        patches: [{ remove: 'a' }, { override: 'b', set: { timeout: null } }],
      },
    ],
    ['an include', { name: 'deploy', steps: [{ include: 'part.yaml' }] }],
    ['a step type with its input', step({ uses: 'demo.cluster', with: { profile: 'c', nodes: 3 } })],
    [
      'expressions for any value',
      step({ uses: 'demo.cluster', with: { profile: 'c', nodes: '${{ inputs.n }}', options: '${{ inputs.o }}' } }),
    ],
    ["the project's own step type", step({ uses: 'own.type', with: { anything: 1 } })],
    [
      'a probe with the keys of its kind',
      probe({ probe: 'http', url: 'http://a', within: '5s', expect: 'status == 200' }),
    ],
    ['a shared probe', probe({ use: 'ready', within: '${{ inputs.patience }}' })],
  ])('takes %s', (_, file) => {
    expect(workflow(file) || workflow.errors).toBe(true);
  });

  it.each<[string, object]>([
    ['an unknown key', step({ run: ['x'], timout: '5m' })],
    ['a duration without unit', step({ run: ['x'], timeout: 5 })],
    ['a missing id', { name: 'deploy', steps: [{ run: ['x'] }] }],
    ['input of the wrong type', step({ uses: 'demo.cluster', with: { profile: 'c', nodes: 'three' } })],
    ['input that is unknown', step({ uses: 'demo.cluster', with: { profile: 'c', optoins: {} } })],
    ['input that is missing', step({ uses: 'demo.cluster' })],
    ['a key of another kind of probe', probe({ probe: 'http', url: 'http://a', run: ['x'] })],
    ['a probe without what its kind asks for', probe({ probe: 'http' })],
    ['an input type that is none', { name: 'deploy', inputs: { a: { type: 'strng' } } }],
  ])('refuses %s', (_, file) => {
    expect(workflow(file)).toBe(false);
  });

  it('tells editors what each key is for', () => {
    const { step: shape } = workflowJsonSchema()['definitions'] as Record<
      string,
      { properties: Record<string, { description?: string }> }
    >;
    expect(shape?.properties['needs']?.description).toMatch(/waits for/);
  });
});

describe('the JSON Schema of a variant file', () => {
  it('takes a variant and refuses one with unknown keys', () => {
    expect(variant({ name: 'v', extends: 'w', requires: { tools: [{ tool: 'docker', version: '>=20' }] } })).toBe(true);
    expect(variant({ name: 'v', require: {} })).toBe(false);
    expect(variant({ name: 'v', probes: { up: { probe: 'http', urls: [] } } })).toBe(false);
  });
});
