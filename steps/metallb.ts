// The probe type of MetalLB in FRR mode: BGP sessions of its speakers, from the FRR that runs beside each.
import * as z from 'zod';
import { defineProbe, type StepContext, StepError } from '../src/engine/step-type.ts';
import { reasonOf } from './command-reason.ts';
import { clusterInput, getObjects, kubectl } from './kubectl.ts';

const namespace = 'metallb-system';
const peerShape = z.object({ state: z.string(), pfxSnt: z.number().default(0), pfxRcd: z.number().default(0) });
const summaryShape = z.record(z.string(), z.object({ peers: z.record(z.string(), peerShape).default({}) }));

export interface SpeakerPeer {
  readonly address: string;
  readonly state: string;
  readonly sent: number;
}

/** Reads FRR's `show bgp summary json`, IPv4 only; none when BGP is not set up, of which FRR speaks in plain text. */
export const speakerPeers = (text: string): readonly SpeakerPeer[] => {
  if (!text.trimStart().startsWith('{')) return [];
  const read = summaryShape.safeParse(JSON.parse(text));
  const peers = read.success ? (read.data['ipv4Unicast']?.peers ?? {}) : {};
  return Object.entries(peers).map(([address, { state, pfxSnt }]) => ({ address, state, sent: pfxSnt }));
};

export const metallbBgp = defineProbe({
  name: 'metallb.bgp',
  summary: "BGP sessions on MetalLB's side; holds when the speaker of every node has one Established",
  input: z.strictObject({
    cluster: clusterInput,
    nodes: z.array(z.string()).min(1).describe('The nodes whose speaker must have a session'),
    peer: z.string().describe('The address every node dials'),
  }),
  values: { peers: 'each: node, address, state, sent', established: 'nodes whose session is' },
  describe: ({ cluster }) => `BGP of MetalLB in ${cluster}`,
  async look({ cluster, nodes, peer }, context) {
    const selector = 'app=metallb,component=speaker';
    const pods = await getObjects(context, cluster, ['-n', namespace, 'pods', '-l', selector]);
    const speakers = pods.map(({ metadata, spec }) => ({
      name: metadata.name,
      node: String(spec?.['nodeName'] ?? ''),
    }));
    const asked = await Promise.all(
      speakers.map(async ({ name, node }) =>
        (await peersOf(name, cluster, context)).map((each) => ({ node, ...each })),
      ),
    );
    const peers = asked.flat();
    const stateOn = (node: string): string =>
      peers.find((each) => each.node === node && each.address === peer)?.state ?? 'no session';
    const established = nodes.filter((node) => stateOn(node) === 'Established');
    const off = nodes.find((node) => !established.includes(node));
    const why = off === undefined ? '' : `; ${off}: ${stateOn(off)}`;
    const saw = `${established.length} of ${nodes.length} nodes Established${why}`;
    return { holds: off === undefined, saw, values: { peers, established } };
  },
});

const peersOf = async (pod: string, cluster: string, context: StepContext): Promise<readonly SpeakerPeer[]> => {
  const argv = ['-n', namespace, 'exec', pod, '-c', 'frr', '--', 'vtysh', '-c', 'show bgp summary json'];
  const result = await kubectl(context, cluster, argv, { quiet: true });
  if (result.exitCode !== 0) throw new StepError(`${pod}: ${reasonOf(result)}`);
  return speakerPeers(result.stdout);
};
