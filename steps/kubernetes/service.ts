// The step type that learns a service's address: it waits until the load balancer gave it one from the pool it should come from.
import * as z from 'zod';
import { defineStep, type Seen, type StepContext } from '../../src/engine/step-type.ts';
import { ipv4, prefix } from '../../src/fabric/addresses.ts';
import { untilTrue } from '../shared/until-true.ts';
import { clusterInput, getObjects, type KubernetesObject } from './kubectl.ts';
import { conditionOf } from './objects.ts';

const input = z.strictObject({
  cluster: clusterInput,
  name: z.string().describe('The service'),
  namespace: z.string().default('default').describe('Where it is'),
  pool: z.string().describe('Where its address must come from: a prefix, or FIRST-LAST'),
  expected: z.string().default('').describe('The address it must be; empty: any of the pool'),
  patience: z.int().min(1).default(120).describe('Seconds to wait for it'),
});
type Input = z.output<typeof input>;
type Look = Seen & { readonly outputs?: Readonly<Record<string, unknown>> };

export const kubernetesService = defineStep({
  name: 'kubernetes.service',
  summary: "Waits for a service's address from the load balancer",
  input,
  outputs: {
    address: 'the address',
    url: 'where it answers',
    pods: 'name, node and address of each pod behind it that is ready',
  },
  describe: ({ namespace, name }) => `wait for an address of service ${namespace}/${name}`,
  check: lookAtIt,
  async run(step, context) {
    return (await untilTrue(context, step.patience * 1000, () => lookAtIt(step, context))).outputs ?? {};
  },
});

async function lookAtIt(step: Input, context: StepContext): Promise<Look> {
  const [service] = await getObjects(context, step.cluster, ['-n', step.namespace, 'service', step.name]);
  if (!service) return { holds: false, saw: `there is no service ${step.name}` };
  const address = addressOf(service);
  if (address === undefined) return { holds: false, saw: `it has no address yet${whyNone(service)}` };
  if (!isInPool(address, step.pool)) return { holds: false, saw: `its address ${address} is not from ${step.pool}` };
  if (step.expected !== '' && address !== step.expected)
    return { holds: false, saw: `its address is ${address}, and was ${step.expected}` };
  const port = portOf(service);
  const url = port === 80 ? `http://${address}/` : `http://${address}:${port}/`;
  return { holds: true, saw: address, outputs: { address, url, pods: await podsBehind(service, step, context) } };
}

const podsBehind = async (
  { spec }: KubernetesObject,
  { cluster, namespace }: Input,
  context: StepContext,
): Promise<readonly Readonly<Record<string, string>>[]> => {
  const selector = Object.entries((spec?.['selector'] ?? {}) as Record<string, string>).map((pair) => pair.join('='));
  if (selector.length === 0) return [];
  const pods = await getObjects(context, cluster, ['-n', namespace, 'pods', '-l', selector.join(',')]);
  return pods
    .filter((pod) => conditionOf(pod, 'Ready')?.status === 'True' && pod.metadata.deletionTimestamp === undefined)
    .map(({ metadata, spec: own, status }) => ({
      name: metadata.name,
      node: String(own?.['nodeName'] ?? ''),
      address: String(status?.['podIP'] ?? ''),
    }));
};

export const addressOf = ({ status }: KubernetesObject): string | undefined => {
  const balancer = status?.['loadBalancer'] as { ingress?: { ip?: string }[] } | undefined;
  return balancer?.ingress?.[0]?.ip;
};

const portOf = ({ spec }: KubernetesObject): number =>
  (spec?.['ports'] as { port: number }[] | undefined)?.[0]?.port ?? 80;

/** What Cilium says when a pool can't serve: its condition on the service. */
const whyNone = ({ status }: KubernetesObject): string => {
  const conditions = (status?.['conditions'] ?? []) as { status: string; reason?: string; message?: string }[];
  const refused = conditions.find((each) => each.status === 'False');
  return refused ? `: ${refused.message || refused.reason}` : '';
};

export const isInPool = (address: string, pool: string): boolean => {
  const value = ipv4(address) ?? -1;
  const whole = prefix(pool);
  if (whole) return value >= whole.base && value < whole.base + whole.size;
  const [first = '', last = ''] = pool.split('-');
  return value >= (ipv4(first) ?? Number.POSITIVE_INFINITY) && value <= (ipv4(last) ?? -1);
};
