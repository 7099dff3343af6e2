// The step type for a minikube cluster: started, completed when it came up with fewer nodes, and the only profile that is ever deleted.
import * as z from 'zod';
import { defineStep, type Seen, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { inspectContainers, inspectNetworks } from '../docker/inspect.ts';
import { reasonOf } from '../shared/command-reason.ts';
import { firstOf, nodeNames, remainsOf, removeRemains } from './remains.ts';
import { type ClusterStatus, clusterStatus, illnessOf, type Profile, profileIn } from './status.ts';

const input = z.strictObject({
  profile: z.string().min(1).describe('The name of the cluster'),
  nodes: z.int().min(1).describe('How many nodes it has'),
  kubernetes: z.string().default('').describe("Version such as v1.33.1; without it: minikube's own"),
  driver: z.string().default('docker').describe('What nodes are made with'),
  runtime: z.string().default('').describe("Container runtime; without it: minikube's own"),
  networkPlugin: z.string().default('').describe('cni keeps minikube from setting up a network of its own'),
  cni: z.string().default('').describe('false leaves the network to whoever comes next'),
  cpus: z.int().min(0).default(0).describe("CPUs a node; 0: minikube's own"),
  memory: z.string().default('').describe("Memory a node, such as 3g; without it: minikube's own"),
  subnet: z
    .string()
    .default('')
    .describe("Prefix of the nodes' docker network; without it minikube looks for a free one"),
  extra: z.array(z.string()).default([]).describe('More arguments of minikube start'),
});
type Input = z.output<typeof input>;

export const minikubeStart = defineStep({
  name: 'minikube.start',
  summary: 'A minikube cluster of so many nodes',
  input,
  outputs: {
    nodes: 'name and address of each node, the control plane first',
    address: 'address of the API server',
    port: 'its port',
    network: "the nodes' docker network: name, bridge, subnet, gateway",
  },
  describe: (step) => ['minikube', ...startArguments(step)].join(' '),
  creates: ({ profile }) => [{ kind: 'cluster', name: profile }],
  async check(step, context) {
    const illness =
      illnessOf(await statusOf(step, context), step.nodes) ?? difference(step, await profileOf(step, context));
    if (illness !== undefined) return { holds: false, saw: illness };
    const { outputs, astray } = await inDocker(step, context);
    return astray === undefined
      ? { holds: true, saw: `${step.nodes} nodes running`, outputs }
      : { holds: false, saw: astray, outputs };
  },
  async run(step, context) {
    const status = await statusOf(step, context);
    if (status.kind !== 'none') demandSame(step, await profileOf(step, context));
    if (illnessOf(status, step.nodes) !== undefined) await start(step, context);
    await addMissingNodes(step, context);
    const { outputs, astray } = await inDocker(step, context);
    if (astray !== undefined) throw new StepError(`${astray}; ${startOver(step)}`);
    return outputs;
  },
  async undo({ profile }, context) {
    await context.must(['minikube', 'delete', '-p', profile]);
    await removeRemains(await remainsOf(profile, context), context);
  },
  absent: (step, context) => lookForRemains(step, context),
});

const startArguments = (step: Input): readonly string[] => {
  const flag = (name: string, value: string | number): string[] =>
    value === '' || value === 0 ? [] : [`--${name}=${value}`];
  return [
    ...['start', '--nodes', String(step.nodes), '-p', step.profile],
    ...flag('network-plugin', step.networkPlugin),
    ...flag('cni', step.cni),
    ...flag('driver', step.driver),
    ...flag('kubernetes-version', step.kubernetes),
    ...flag('container-runtime', step.runtime),
    ...flag('cpus', step.cpus),
    ...flag('memory', step.memory),
    ...flag('subnet', step.subnet),
    ...step.extra,
  ];
};

const start = async (step: Input, context: StepContext): Promise<void> => {
  // As root minikube refuses its docker driver unless told that it is meant.
  const asRoot = context.host.uid === 0 && !step.extra.includes('--force') ? ['--force'] : [];
  await context.must(['minikube', ...startArguments(step), ...asRoot]);
};

const statusOf = async ({ profile }: Input, context: StepContext): Promise<ClusterStatus> => {
  const result = await context.command(['minikube', 'status', '-p', profile, '-o', 'json'], { quiet: true });
  const status = clusterStatus(result.exitCode, result.stdout);
  if (!status) throw new StepError(`minikube status: ${reasonOf(result)}`);
  return status;
};

const profileOf = async ({ profile }: Input, context: StepContext): Promise<Profile | undefined> => {
  const result = await context.command(['minikube', 'profile', 'list', '-l', '-o', 'json'], { quiet: true });
  const read = profileIn(result.stdout, profile);
  if (read.kind === 'unread') throw new StepError(`minikube profile list: ${read.why ?? reasonOf(result)}`);
  return read.kind === 'profile' ? read.profile : undefined;
};

/** In what the profile differs from what is wanted, where minikube can't change it; undefined when in nothing. */
const difference = (step: Input, profile: Profile | undefined): string | undefined => {
  if (!profile) return undefined;
  // Nobody brings a network to a cluster that was started without one, unless the lab does.
  if (step.cni === '' && profile.cni === 'false') return "it was started with CNI false, and minikube's own is wanted";
  const pairs: [string, string, string][] = [
    ['Kubernetes', profile.kubernetes, step.kubernetes === '' ? '' : `v${step.kubernetes.replace(/^v/, '')}`],
    ['container runtime', profile.runtime, step.runtime],
    ['network plugin', profile.networkPlugin, step.networkPlugin],
    ['CNI', profile.cni, step.cni],
  ];
  const [off] = pairs.filter(([, have, want]) => want !== '' && have !== want);
  return off && `it was started with ${off[0]} ${off[1] || 'unset'}, and ${off[2]} is wanted`;
};

const startOver = ({ profile }: Input): string => `to start over: minikube delete -p ${profile}`;

/** @throws StepError when only a new cluster would do: it may be somebody's own, so it is not deleted unasked. */
const demandSame = (step: Input, profile: Profile | undefined): void => {
  const off = difference(step, profile);
  const remedy = startOver(step);
  if (off !== undefined) throw new StepError(`cluster ${step.profile} is there, but ${off}; ${remedy}`);
  if (profile && profile.nodes > step.nodes)
    throw new StepError(`cluster ${step.profile} has ${profile.nodes} nodes, and ${step.nodes} are wanted; ${remedy}`);
};

/** A start that died after the first node leaves a profile that start never completes: the number of nodes is in the profile. */
const addMissingNodes = async (step: Input, context: StepContext): Promise<void> => {
  for (;;) {
    const status = await statusOf(step, context);
    const have = status.kind === 'nodes' ? status.nodes.length : 0;
    if (have === 0 || have >= step.nodes) return;
    context.log(`${have} of ${step.nodes} nodes are there; adding one`);
    await context.must(['minikube', 'node', 'add', '-p', step.profile]);
  }
};

/** Where docker has the nodes; `astray` says of the first that is not in the cluster's own network, where its address would not stay. */
const inDocker = async (
  { profile, nodes: count }: Input,
  context: StepContext,
): Promise<{ outputs: Record<string, unknown>; astray: string | undefined }> => {
  const names = nodeNames(profile, count);
  const known = await inspectContainers(context, names);
  const [network] = await inspectNetworks(context, [profile]);
  const nodes = names.map((name) => ({ name, address: known.get(name)?.addresses[profile] ?? '' }));
  const { name = profile, bridge = '', subnets: [subnet = ''] = [], gateway = '' } = network ?? {};
  const outputs = { nodes, address: nodes[0]?.address, port: 8443, network: { name, bridge, subnet, gateway } };
  const lost = nodes.find(({ address }) => address === '')?.name;
  if (lost === undefined) return { outputs, astray: undefined };
  const elsewhere = Object.keys(known.get(lost)?.addresses ?? {}).join(', ') || 'no network';
  return {
    outputs,
    astray: `${lost} is in ${elsewhere}, not in docker network ${profile}: minikube could not make it`,
  };
};

const lookForRemains = async (step: Input, context: StepContext): Promise<Seen> => {
  const status = await statusOf(step, context);
  if (status.kind !== 'none') return { holds: false, saw: `profile ${step.profile} is still there` };
  const left = firstOf(await remainsOf(step.profile, context));
  return left === undefined
    ? { holds: true, saw: 'profile, containers, volumes and network are gone' }
    : { holds: false, saw: `${left} is still there` };
};
