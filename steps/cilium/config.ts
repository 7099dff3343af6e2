// Step types for Cilium's fine tuning: keys of its configuration, and pods that have been started since its last change.
import * as z from 'zod';
import { defineStep, type Seen, type StepContext } from '../../src/engine/step-type.ts';
import { clusterInput, kubectlArgv } from '../kubernetes/kubectl.ts';
import { untilTrue } from '../shared/until-true.ts';
import { components, configOf, isOutdated, podsOf } from './world.ts';

const configInput = z.strictObject({
  cluster: clusterInput,
  key: z.string().min(1).describe('The key, as the ConfigMap has it'),
  value: z.union([z.string(), z.boolean(), z.int()]).describe('What it is set to'),
});

export const ciliumConfig = defineStep({
  name: 'cilium.config',
  summary: "A key of Cilium's configuration",
  input: configInput,
  describe: ({ cluster, key, value }) => `cilium config set --context ${cluster} ${key} ${value}`,
  async check({ cluster, key, value }, context): Promise<Seen> {
    const config = await configOf(context, cluster);
    const have = config?.data[key];
    return { holds: have === String(value), saw: config ? `${key}: ${have ?? 'not set'}` : 'Cilium is not installed' };
  },
  async run({ cluster, key, value }, context) {
    await context.must(['cilium', 'config', 'set', '--context', cluster, key, String(value)]);
    return {};
  },
});

const restartInput = z.strictObject({
  cluster: clusterInput,
  component: z.enum(['agent', 'operator']).describe('Whose pods'),
  pods: z.int().min(1).describe('How many there must be'),
  patience: z.int().min(1).default(300).describe('Seconds to wait until the new ones are ready'),
});
type RestartInput = z.output<typeof restartInput>;

export const ciliumFresh = defineStep({
  name: 'cilium.fresh',
  summary: "Cilium's pods run with its configuration as it is now: restarted after its last change, by comparing times",
  input: restartInput,
  describe: ({ cluster, component }) => restartArgv(cluster, component).join(' '),
  check: (step, context) => lookAtPods(step, context),
  async run(step, context) {
    const changed = (await configOf(context, step.cluster))?.changedAt ?? Number.POSITIVE_INFINITY;
    const pods = await podsOf(context, step.cluster, step.component);
    // `config set` ends agents by itself; those that came up since need no second restart.
    if (pods.some((pod) => isOutdated(pod, changed))) await context.must(restartArgv(step.cluster, step.component));
    await untilTrue(context, step.patience * 1000, () => lookAtPods(step, context));
    return {};
  },
});

const restartArgv = (cluster: string, component: RestartInput['component']): readonly string[] =>
  kubectlArgv(cluster, ['-n', 'kube-system', 'rollout', 'restart', components[component].workload]);

const lookAtPods = async ({ cluster, component, pods: wanted }: RestartInput, context: StepContext): Promise<Seen> => {
  const config = await configOf(context, cluster);
  if (!config) return { holds: false, saw: 'Cilium is not installed' };
  const pods = await podsOf(context, cluster, component);
  const old = pods.find((pod) => isOutdated(pod, config.changedAt));
  if (old)
    return {
      holds: false,
      saw: `${old.name} was made ${clock(old.madeAt)}, and the configuration changed ${clock(config.changedAt)}`,
    };
  const ready = pods.filter((pod) => pod.ready);
  const saw = `${ready.length} of ${wanted} ${component}s ready, made after the last change (${clock(config.changedAt)})`;
  return { holds: ready.length === wanted && pods.length === wanted, saw };
};

/** The time of day of a moment, as clusters write it. */
const clock = (at: number): string => (Number.isFinite(at) ? new Date(at).toISOString().slice(11, 19) : 'never');
