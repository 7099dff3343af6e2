// The probe type of MetalLB in FRR mode: BGP sessions of its speakers, from the FRR that runs beside each.
import * as z from 'zod';
import { isMap } from '../../src/core/maps.ts';
import { defineProbe, type StepContext } from '../../src/engine/step-type.ts';
import { clusterInput, getObjects, kubectl } from '../kubernetes/kubectl.ts';
import { reasonOf } from '../shared/command-reason.ts';
import { jsonIn, readFields } from '../shared/read-each.ts';

const namespace = 'metallb-system';
const peerShape = z.object({ state: z.string(), pfxSnt: z.number().default(0) });

export interface SpeakerPeer {
  readonly address: string;
  readonly state: string;
  readonly sent: number;
}

export interface SpeakerPeers {
  readonly peers: readonly SpeakerPeer[];
  /** What was not understood. */
  readonly unread: readonly string[];
}

/** Reads FRR's `show bgp summary json`, IPv4 only; none when BGP is not set up, of which FRR speaks in plain text. */
export const speakerPeers = (text: string): SpeakerPeers => {
  if (/^% BGP instance not found/.test(text.trimStart())) return { peers: [], unread: [] };
  const read = jsonIn(text);
  if (!isMap(read))
    return { peers: [], unread: [`something else than JSON: ${text.trim().split('\n')[0]?.slice(0, 120)}`] };
  const family = read['ipv4Unicast'] ?? {};
  const { fields, unread } = readFields(peerShape, isMap(family) ? family['peers'] : family);
  const peers = Object.entries(fields).map(([address, { state, pfxSnt }]) => ({ address, state, sent: pfxSnt }));
  return { peers, unread };
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
      speakers.map(async ({ name, node }) => ({ node, ...(await peersOf(name, cluster, context)) })),
    );
    const peers = asked.flatMap(({ node, peers: own }) => own.map((each) => ({ node, ...each })));
    const stateOn = (node: string): string => {
      const found = peers.find((each) => each.node === node && each.address === peer)?.state;
      if (found !== undefined) return found;
      const speaker = asked.find((each) => each.node === node);
      if (!speaker) return 'no speaker of MetalLB';
      const [unread] = speaker.unread;
      return unread === undefined ? 'no session' : `its answer can't be read: ${unread}`;
    };
    const established = nodes.filter((node) => stateOn(node) === 'Established');
    const off = nodes.find((node) => !established.includes(node));
    const why = off === undefined ? '' : `; ${off}: ${stateOn(off)}`;
    const saw = `${established.length} of ${nodes.length} nodes Established${why}`;
    return { holds: off === undefined, saw, values: { peers, established } };
  },
});

/** A speaker that can't be asked takes no other's answer with it. */
const peersOf = async (pod: string, cluster: string, context: StepContext): Promise<SpeakerPeers> => {
  const argv = ['-n', namespace, 'exec', pod, '-c', 'frr', '--', 'vtysh', '-c', 'show bgp summary json'];
  const result = await kubectl(context, cluster, argv, { quiet: true });
  if (result.exitCode !== 0) return { peers: [], unread: [`${pod}: ${reasonOf(result)}`] };
  return speakerPeers(result.stdout);
};
