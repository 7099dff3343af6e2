import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { draw, type Files, load } from './project.ts';

const base = `name: deploy
env: { A: base, B: base }
steps:
  - id: network
    run: [net]
  - id: cluster
    uses: demo.cluster
    with: { profile: c, nodes: 3, options: { memory: 4g, cpus: 2 } }
    timeout: 15m
  - id: check
    run: [check]
    needs: [cluster]
`;
const middle = `name: deploy
extends: ../base/deploy.yaml
env: { B: middle }
patches:
  - override: cluster
    set: { with: { nodes: 5, options: { cpus: 4 } }, timeout: null }
  - after: network
    insert:
      - { id: addresses, run: [addr] }
      - { id: routes, run: [route] }
steps:
  - include: ../parts/extra.yaml
  - { id: last, run: [last] }
`;
const top = `name: deploy
extends: ../middle/deploy.yaml
env: { A: null, C: top }
patches:
  - replace: check
    by: [{ id: check-one, needs: [cluster], run: [one] }, { id: check-two, run: [two] }]
  - remove: addresses
  - override: cluster
    set: { with: { options: { cpus: 8 } } }
  - before: network
    insert: [{ id: first, run: [first] }]
`;
const levels: Files = {
  'workflows/base/deploy.yaml': base,
  'workflows/middle/deploy.yaml': middle,
  'workflows/parts/extra.yaml': 'steps:\n  - { id: extra, run: [extra] }\n  - include: more.yaml\n',
  'workflows/parts/more.yaml': 'steps: [{ id: more, run: [more] }]\n',
  'workflows/v/variant.yaml': 'name: v\n',
  'workflows/v/deploy.yaml': top,
};

describe('a workflow that extends another through three levels', () => {
  it('has the steps as each level left them, with needs told afterwards', async () => {
    const loaded = await load(levels);
    if (!loaded.ok) throw new Error(draw(loaded.diagnostics));
    const { workflow, positions } = loaded;
    expect(workflow.steps.map(({ id, needs }) => `${id} <- ${needs?.join(' ')}`)).toEqual([
      'first <- ',
      'network <- first',
      'routes <- network',
      'cluster <- routes',
      'check-one <- cluster',
      'check-two <- check-one',
      'extra <- check-two',
      'more <- extra',
      'last <- more',
    ]);
    expect(workflow.env).toEqual({ B: 'middle', C: 'top' });
    expect(workflow.steps.find(({ id }) => id === 'cluster')).toEqual({
      id: 'cluster',
      uses: 'demo.cluster',
      with: { profile: 'c', nodes: 5, options: { memory: '4g', cpus: 8 } },
      needs: ['routes'],
    });
    expect(positions.of('cluster')).toEqual({ file: 'workflows/base/deploy.yaml', line: 6, column: 9 });
    expect(positions.of('cluster', ['with', 'nodes'])).toEqual({
      file: 'workflows/middle/deploy.yaml',
      line: 6,
      column: 27,
    });
    expect(positions.of('cluster', ['with', 'options', 'cpus'])).toMatchObject({
      file: 'workflows/v/deploy.yaml',
      line: 9,
    });
    expect(positions.of('cluster', ['with', 'options', 'memory'])).toMatchObject({
      file: 'workflows/base/deploy.yaml',
    });
    expect(positions.of('more')).toMatchObject({ file: 'workflows/parts/more.yaml' });
  });

  it('shows a mistake at the level that made it', async () => {
    const loaded = await load({
      ...levels,
      'workflows/v/deploy.yaml': `${top}  - override: routes\n    set: { uses: demo.cluster, run: null, with: { profile: 7 } }\n`,
      'workflows/middle/deploy.yaml': middle
        .replace('[addr]', '["${{ inputs.none }}"]')
        .replace('[route]', '["${{ inputs.none }}"]'),
    });
    expect(loaded.ok || loaded.diagnostics.map(({ file, line, code }) => `${file}:${line} ${code}`)).toEqual([
      'workflows/v/deploy.yaml:13 wrong-type',
    ]);
  });

  it('leaves the files it extends as they are', async () => {
    await load(levels);
    const loaded = await load({ ...levels, 'workflows/base/variant.yaml': 'name: base\n' }, { variant: 'base' });
    expect(loaded.ok && loaded.workflow.steps.map(({ id }) => id)).toEqual(['network', 'cluster', 'check']);
  });
});

describe('any patches', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const step = fc
    .record({ id, run: fc.constant(['x']), needs: fc.option(fc.array(id, { maxLength: 2 }), { nil: undefined }) })
    .map(({ needs, ...rest }) => (needs ? { ...rest, needs } : rest));
  const patch = fc.oneof(
    fc.record({ override: id, set: fc.record({ timeout: fc.constantFrom('5s', null), run: fc.constant(['y']) }) }),
    fc.record({ replace: id, by: step }),
    fc.record({ remove: id }),
    fc.record({ before: id, insert: fc.array(step, { maxLength: 2 }) }),
    fc.record({ after: id, insert: fc.array(step, { maxLength: 2 }) }),
  );

  it('leave unique ids in an order that can be kept, or are refused', async () => {
    let kept = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(step, { selector: (each) => each.id, minLength: 1 }),
        fc.array(patch, { maxLength: 4 }),
        fc.array(step, { maxLength: 1 }),
        async (steps, patches, own) => {
          const loaded = await load({
            'workflows/base/deploy.yaml': stringify({ name: 'deploy', steps }),
            'workflows/v/variant.yaml': 'name: v\n',
            'workflows/v/deploy.yaml': stringify(
              { name: 'deploy', extends: '../base/deploy.yaml', patches, steps: own },
              { nullStr: 'null' },
            ),
          });
          if (!loaded.ok) {
            expect(loaded.diagnostics.length).toBeGreaterThan(0);
            return;
          }
          kept += 1;
          const ids = loaded.workflow.steps.map((each) => each.id);
          expect(new Set(ids).size).toBe(ids.length);
          const done = new Set<string>();
          for (let left = loaded.workflow.steps; left.length > 0; ) {
            const ready = left.filter(({ needs }) => needs?.every((need) => done.has(need)));
            expect(ready.length).toBeGreaterThan(0);
            for (const each of ready) done.add(each.id);
            left = left.filter((each) => !done.has(each.id));
          }
        },
      ),
      { numRuns: 300 },
    );
    expect(kept).toBeGreaterThan(5);
  });
});

describe('any project', () => {
  const scalar = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom('${{ inputs.a }}', '${{ steps.a.outputs.b ', 'stdout == ""', '5s', 'command', 'demo.cluster', 'a'),
  );
  const key = fc.oneof(
    fc.constantFrom(
      'id',
      'run',
      'shell',
      'uses',
      'with',
      'needs',
      'if',
      'foreach',
      'health',
      'probe',
      'expect',
      'undo',
      'absent',
      'retry',
      'when',
      'outputs',
      'regex',
      'env',
      'include',
      'steps',
      'patches',
      'override',
      'set',
      'insert',
      'inputs',
      'type',
      'default',
      'secrets',
      'probes',
      'use',
      'concurrency',
      'groups',
      'satisfied',
      'was',
      'creates',
      'facts',
      'extends',
      'enter',
      'let',
      'model',
      'requires',
      'values',
      'pattern',
    ),
    fc.string({ maxLength: 3 }),
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      scalar,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
    ),
  }));
  const section = fc.record(
    {
      name: fc.constant('deploy'),
      steps: fc.array(fc.dictionary(key, tree, { maxKeys: 6 }), { maxLength: 3 }),
      patches: fc.array(fc.dictionary(key, tree, { maxKeys: 3 })),
      inputs: tree,
      probes: tree,
      env: tree,
      facts: tree,
      extends: fc.constantFrom('../base/deploy.yaml', '../v/deploy.yaml', 'x'),
    },
    { requiredKeys: ['name'] },
  );

  it('is loaded or told what is wrong with it, never thrown', async () => {
    await fc.assert(
      fc.asyncProperty(section, section, fc.dictionary(key, tree), async (deploy, parent, variant) => {
        const loaded = await load({
          'workflows/base/deploy.yaml': stringify(parent),
          'workflows/v/variant.yaml': stringify({ name: 'v', ...variant }),
          'workflows/v/deploy.yaml': stringify(deploy),
        });
        if (!loaded.ok) expect(loaded.diagnostics.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});
