import { describe, expect, it } from 'vitest';
import { loadVariant } from '../../src/parse/load.ts';
import { draw, type Files, load, requestFor, withWorkflow } from './project.ts';

type Loaded = Extract<Awaited<ReturnType<typeof load>>, { ok: true }>;

const loadWell = async (files: Files): Promise<Loaded> => {
  const loaded = await load(files);
  if (!loaded.ok) throw new Error(draw(loaded.diagnostics));
  return loaded;
};

const needsOf = ({ workflow }: Loaded): Record<string, readonly string[] | undefined> =>
  Object.fromEntries(workflow.steps.map((step) => [step.id, step.needs]));

describe('a workflow file', () => {
  it('is read with everything it may say', async () => {
    const { workflow, variant, sources } = await loadWell({
      'workflows/v/variant.yaml': 'name: v\nmodel: fabric\ninputs:\n  profile: { type: string, default: cluster1 }\n',
      'workflows/v/deploy.yaml': `
name: deploy
inputs:
  nodes: { type: integer, default: 3, minimum: 1 }
steps:
  - id: cluster
    name: Start minikube
    needs: []
    if: inputs.nodes > 0
    uses: demo.cluster
    with: { profile: \${{ inputs.profile }}, nodes: \${{ inputs.nodes }} }
    timeout: 15m
    retry: { attempts: 2, delay: 10s, backoff: 2, when: 'message.contains("timeout")' }
  - id: kube-rules
    foreach: { node: \${{ fabric.kubernetesNodes }} }
    key: node.name
    needs: [cluster]
    preconditions:
      - { probe: command, run: [docker, info], message: start docker }
    run: [docker, exec, "\${{ node.name }}", iptables, "\${{ steps.cluster.outputs.ip }}"]
    health:
      - probe: command
        run: [docker, exec, "\${{ node.name }}", iptables-save]
        expect: stdout.split("\\n").filter(l, l.contains("KUBE-SVC")).size() == 0
        within: 30s
        every: 1s
    undo: { run: [docker, rm, "\${{ node.name }}"], absent: [{ probe: http, url: "http://\${{ node.ip }}" }] }
facts:
  rules: steps.kube_rules.outcome
`,
    });
    expect(variant.model).toBe('fabric');
    expect(Object.keys(workflow.inputs ?? {})).toEqual(['profile', 'nodes']);
    expect(workflow.steps[0]).toMatchObject({
      id: 'cluster',
      with: { profile: '${{ inputs.profile }}', nodes: '${{ inputs.nodes }}' },
    });
    expect(workflow.steps[1]?.foreach).toEqual({ node: '${{ fabric.kubernetesNodes }}' });
    expect(sources.map(({ file }) => file)).toEqual(['workflows/v/variant.yaml', 'workflows/v/deploy.yaml']);
  });

  it('lets a step follow the one above it unless it says what it needs', async () => {
    const loaded = await loadWell(
      withWorkflow(
        'name: deploy\nsteps:\n  - { id: a, run: [x] }\n  - { id: b, run: [x] }\n  - { id: c, needs: [a], run: [x] }\n  - { id: d, needs: [], run: [x] }\n',
      ),
    );
    expect(needsOf(loaded)).toEqual({ a: [], b: ['a'], c: ['a'], d: [] });
  });

  it('puts shared probes where they are named, own keys over shared ones', async () => {
    const { workflow } = await loadWell({
      'workflows/v/variant.yaml':
        'name: v\nprobes:\n  up: { probe: http, url: http://a, within: 5s }\n  down: { probe: http, url: http://d }\n',
      'workflows/v/deploy.yaml': `name: deploy
probes:
  up: { within: 9s }
  slow: { use: up, every: 3s }
steps:
  - id: a
    run: [x]
    health: [up, { use: slow, within: 1m }, down]
    undo: { run: [x], absent: [down] }
`,
    });
    expect(workflow.steps[0]?.health).toEqual([
      { probe: 'http', url: 'http://a', within: '9s' },
      { probe: 'http', url: 'http://a', within: '1m', every: '3s' },
      { probe: 'http', url: 'http://d' },
    ]);
    expect(workflow.steps[0]?.undo?.absent).toEqual([{ probe: 'http', url: 'http://d' }]);
  });

  it('puts what the variant shares under what the workflow says', async () => {
    const { workflow } = await loadWell({
      'workflows/v/variant.yaml': `name: v
inputs: { nodes: { type: integer, default: 3, minimum: 1 }, name: { type: string } }
env: { A: variant, B: variant }
secrets: { T: { env: T } }
`,
      'workflows/v/deploy.yaml': `name: deploy
inputs: { nodes: { default: 5 }, name: { type: ip } }
env: { B: workflow, C: workflow }
secrets: { T: { file: t } }
steps: [{ id: a, run: [x] }]
`,
    });
    expect(workflow.inputs).toEqual({ nodes: { type: 'integer', default: 5, minimum: 1 }, name: { type: 'ip' } });
    expect(workflow.env).toEqual({ A: 'variant', B: 'workflow', C: 'workflow' });
    expect(workflow.secrets).toEqual({ T: { file: 't' } });
  });

  it('tells where a step and each of its keys is written', async () => {
    const { positions } = await loadWell(
      withWorkflow('name: deploy\nsteps:\n  - id: a\n    run: [x]\n    env:\n      A: b\n'),
    );
    const file = 'workflows/v/deploy.yaml';
    expect(positions.of('a')).toEqual({ file, line: 3, column: 9 });
    expect(positions.of('a', ['env', 'A'])).toEqual({ file, line: 6, column: 10 });
    expect(positions.of('a', ['run', 0])).toEqual({ file, line: 4, column: 11 });
    expect(positions.of('a', ['env', 'B'])).toEqual({ file, line: 6, column: 7 });
    expect(positions.of('b')).toBeUndefined();
  });

  it('may take away what another workflow made, without steps of its own', async () => {
    const files = {
      ...withWorkflow('name: deploy\nsteps: [{ id: a, run: [x] }]\n'),
      'workflows/v/teardown.yaml': 'name: teardown\nundoes: deploy\n',
    };
    const loaded = await load(files, { workflow: 'teardown' });
    expect(loaded.ok && loaded.workflow.steps).toEqual([]);
  });

  it('is not looked for outside the folder of its variant', async () => {
    const files = { ...withWorkflow('name: deploy\nsteps: []\n'), 'workflows/secret.yaml': 'name: secret\n' };
    for (const workflow of ['../secret', '/etc/passwd', 'variant', '']) {
      const loaded = await load(files, { workflow });
      expect(loaded.ok || loaded.diagnostics.map((each) => each.code)).toEqual(['unknown-workflow']);
    }
    const loaded = await load(files, { variant: '../workflows/v' });
    expect(loaded.ok || loaded.diagnostics.map((each) => each.code)).toEqual(['unknown-variant']);
  });

  it('holds ten thousand steps in a chain that all read the first', async () => {
    const steps = Array.from(
      { length: 10_000 },
      (_, i) =>
        `  - id: s${i}\n    run: [echo${i === 0 ? '' : ', "${{ steps.s0.outputs.x }}"'}]\n    outputs: { x: stdout }\n`,
    );
    const { workflow } = await loadWell(withWorkflow(`name: deploy\nsteps:\n${steps.join('')}`));
    expect(workflow.steps).toHaveLength(10_000);
    expect(workflow.steps[9999]?.needs).toEqual(['s9998']);
  }, 30_000);

  it('names a circle of ten thousand steps without recursion', async () => {
    const steps = Array.from(
      { length: 10_000 },
      (_, i) => `  - { id: s${i}, needs: [s${(i + 1) % 10_000}], run: [x] }\n`,
    );
    const loaded = await load(withWorkflow(`name: deploy\nsteps:\n${steps.join('')}`));
    expect(loaded.ok || loaded.diagnostics.map((each) => each.code)).toEqual(['cycle']);
  }, 30_000);
});

describe('a variant', () => {
  const files: Files = {
    'workflows/base/variant.yaml':
      'name: base\norder: 1\nrequires: { tools: [{ tool: docker }], cpus: 2 }\ninputs: { n: { type: integer, default: 1 } }\n',
    'workflows/base/deploy.yaml': 'name: deploy\nsteps: [{ id: a, run: [x] }]\n',
    'workflows/base/verify.yaml': 'name: verify\nsteps: [{ id: v, run: [x] }]\n',
    'workflows/base/part.yaml': 'steps: []\n',
    'workflows/v/variant.yaml':
      'name: v\nextends: base\nrequires: { cpus: null, memory: 4GiB }\ninputs: { n: { default: 2 } }\n',
    'workflows/v/trace.yaml': 'name: trace\nsteps: [{ id: t, run: [x] }]\n',
  };

  it('puts shared probes where entering a place looks things up', async () => {
    const loaded = await loadVariant(
      requestFor({
        'workflows/v/variant.yaml':
          'name: v\nprobes: { pid: { probe: command, run: [pidof, x] } }\nenter: { places: [], let: { pid: { use: pid, expect: exitCode == 0 } }, command: [x] }\n',
      }),
    );
    expect(loaded.ok && loaded.variant.enter?.let).toEqual({
      pid: { probe: 'command', run: ['pidof', 'x'], expect: 'exitCode == 0' },
    });
  });

  it('inherits keys and workflows from the one it extends', async () => {
    const loaded = await loadVariant(requestFor(files));
    expect(loaded).toMatchObject({
      ok: true,
      variant: {
        name: 'v',
        order: 1,
        requires: { tools: [{ tool: 'docker' }], memory: '4GiB' },
        inputs: { n: { default: 2 } },
      },
      workflows: ['deploy', 'trace', 'verify'],
    });
    expect(loaded.ok && loaded.variant.requires?.cpus).toBeUndefined();
    const deploy = await loadWell(files);
    expect(deploy.workflow.inputs).toEqual({ n: { type: 'integer', default: 2 } });
    expect(deploy.positions.of('a')?.file).toBe('workflows/base/deploy.yaml');
  });
});
