// The step type for one node's agent: it serves instead of kube-proxy, on the device it should; started anew when it does not.
import * as z from 'zod';
import { defineProbe, defineStep, type Seen, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { clusterInput, kubectl, kubectlArgv } from '../kubernetes/kubectl.ts';
import { reasonOf } from '../shared/command-reason.ts';
import { untilTrue } from '../shared/until-true.ts';
import { type Datapath, datapathIn } from './answers.ts';
import { ciliumApi } from './versions.ts';
import { type CiliumPod, podsOf } from './world.ts';

const input = z.strictObject({
  cluster: clusterInput,
  node: z.string().describe('The node'),
  version: z.string().describe('Version of Cilium'),
  device: z.string().describe('The device it must serve on'),
  directRoutingDevice: z.string().default('').describe('The device whose address stands in for clients; empty: any'),
  patience: z.int().min(1).default(240).describe('Seconds to wait for a new agent'),
});
type Input = z.output<typeof input>;

export const ciliumAgent = defineStep({
  name: 'cilium.agent',
  summary: "A node's agent serves on the right device; it is started anew when it does not",
  input,
  describe: ({ cluster, node }) =>
    kubectlArgv(cluster, ['-n', 'kube-system', 'delete', 'pod', `(agent of ${node})`]).join(' '),
  check: (step, context) => lookAtAgent(step, context),
  async run(step, context) {
    const pod = await podOn(step, context);
    // One that is only coming up needs time, not another start.
    if (pod?.ready) {
      const deletion = ['-n', 'kube-system', 'delete', 'pod', pod.name, '--ignore-not-found'];
      await context.must(kubectlArgv(step.cluster, deletion));
    }
    await untilTrue(context, step.patience * 1000, () => lookAtAgent(step, context));
    return {};
  },
});

export const ciliumAgentProbe = defineProbe({
  name: 'cilium.agent',
  summary: "Looks whether a node's agent serves on the right device",
  input: input.omit({ patience: true }),
  values: {},
  describe: ({ node }) => `agent of ${node}`,
  look: async (query, context) => ({ ...(await lookAtAgent({ ...query, patience: 1 }, context)), values: {} }),
});

const podOn = async ({ cluster, node }: Input, context: StepContext): Promise<CiliumPod | undefined> => {
  const pods = await podsOf(context, cluster, 'agent');
  return pods.find((pod) => pod.node === node);
};

const lookAtAgent = async (step: Input, context: StepContext): Promise<Seen> => {
  const pod = await podOn(step, context);
  if (!pod) return { holds: false, saw: 'no agent on this node' };
  if (!pod.ready) return { holds: false, saw: `${pod.name} is not ready` };
  const inside = ['-n', 'kube-system', 'exec', pod.name, '-c', 'cilium-agent', '--'];
  const asked = [...inside, ciliumApi(step.version).agentCommand, 'status', '-o', 'json'];
  const result = await kubectl(context, step.cluster, asked, { quiet: true, keepBytes: 16 << 20 });
  const datapath = datapathIn(result.stdout);
  if (result.exitCode !== 0 || !datapath) throw new StepError(`${pod.name}: ${reasonOf(result)}`);
  const off = shortcoming(datapath, step);
  if (off === undefined) return { holds: true, saw: `serves on ${datapath.devices.join(', ')}` };
  const [unread] = datapath.unread;
  return { holds: false, saw: unread === undefined ? off : `${off}; of its answer, this can't be read: ${unread}` };
};

const shortcoming = (
  { kubeProxyReplacement, devices, directRoutingDevice, unread }: Datapath,
  step: Input,
): string | undefined => {
  if (!kubeProxyReplacement)
    return unread.length === 0 ? 'it does not replace kube-proxy' : 'it does not say that it replaces kube-proxy';
  if (!devices.includes(step.device)) return `it serves on ${devices.join(', ') || 'no device'}, not ${step.device}`;
  if (step.directRoutingDevice !== '' && directRoutingDevice !== step.directRoutingDevice)
    return `its direct routing device is ${directRoutingDevice || 'unset'}, not ${step.directRoutingDevice}`;
  return undefined;
};
