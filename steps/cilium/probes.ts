// Probe types of Cilium: its health, and BGP sessions as its own side sees them.
import * as z from 'zod';
import { defineProbe } from '../../src/engine/step-type.ts';
import { clusterInput, commandFailure } from '../kubernetes/kubectl.ts';
import { type CiliumPeer, peersIn, statusIn } from './answers.ts';

export const ciliumStatus = defineProbe({
  name: 'cilium.status',
  summary: 'Health of an installation; holds when all agents and the operator are ready and none complains',
  input: z.strictObject({ cluster: clusterInput, agents: z.int().min(1).describe('How many there must be') }),
  values: {
    agents: 'desired, ready',
    operators: 'desired, ready',
    errors: 'what it complains about',
    unread: 'counts that were not understood',
  },
  describe: ({ cluster }) => `Cilium of ${cluster}`,
  async look({ cluster, agents: wanted }, context) {
    const result = await context.command(['cilium', 'status', '--context', cluster, '-o', 'json'], { quiet: true });
    const status = statusIn(result.stdout);
    // It ends with 1 and still says what is off.
    if (!status) throw commandFailure(result);
    const { agents, operators, errors, unread } = status;
    const ready = agents.ready === wanted && operators.ready > 0 && operators.ready === operators.desired;
    const off = errors[0] ?? (ready || unread[0] === undefined ? undefined : `can't be read: ${unread[0]}`);
    const why = off === undefined ? '' : `; ${off.slice(0, 120)}`;
    const saw = `${agents.ready} of ${wanted} agents, ${operators.ready} of ${Math.max(1, operators.desired)} operators ready${why}`;
    return { holds: ready && errors.length === 0, saw, values: { ...status } };
  },
});

export const ciliumBgp = defineProbe({
  name: 'cilium.bgp',
  summary: "BGP sessions on Cilium's side; holds when every node has one Established",
  input: z.strictObject({
    cluster: clusterInput,
    nodes: z.array(z.string()).min(1).describe('The nodes that must have a session'),
    peer: z.string().describe('The address every node dials'),
    as: z.int().min(1).optional().describe('AS of both ends'),
    advertised: z.int().min(0).default(0).describe('How many routes each must announce at least'),
  }),
  values: {
    peers: 'each: node, address, state, localAs, peerAs, advertised, families',
    established: 'nodes whose session is',
  },
  describe: ({ cluster }) => `BGP of Cilium in ${cluster}`,
  async look({ cluster, nodes, peer, as, advertised }, context) {
    const argv = ['cilium', 'bgp', 'peers', '--context', cluster, '-o', 'json'];
    const result = await context.command(argv, { quiet: true });
    const read = peersIn(result.stdout);
    if (!read || result.exitCode !== 0) throw commandFailure(result);
    const { peers } = read;
    const why = nodes.map((node) => {
      if (read.unread[node] !== undefined) return `${node}: its answer can't be read: ${read.unread[node]}`;
      // The errors of agents that did not answer go to stderr, the answers of the others are there.
      if (!read.answered.includes(node)) return `${node}: its agent did not answer${inLine(result.stderr)}`;
      return shortcoming(
        node,
        peers.filter((each) => each.node === node && each.address === peer),
        { as, advertised },
      );
    });
    const established = nodes.filter((node) =>
      peers.some((each) => each.node === node && each.state === 'established'),
    );
    const off = why.find((each) => each !== undefined);
    const saw = `${established.length} of ${nodes.length} nodes Established${off === undefined ? '' : `; ${off}`}`;
    return { holds: off === undefined, saw, values: { peers, established } };
  },
});

const inLine = (stderr: string): string => {
  const [line = ''] = stderr.trim().split(/\r?\n/);
  return line === '' ? '' : `: ${line.slice(0, 200)}`;
};

const shortcoming = (
  node: string,
  [peer, ...others]: readonly CiliumPeer[],
  { as, advertised }: { as: number | undefined; advertised: number },
): string | undefined => {
  if (!peer) return `${node}: no session, so no policy selects it`;
  if (peer.state !== 'established') return `${node}: ${peer.state}`;
  if (others.length > 0)
    return `${node}: ${others.length + 1} sessions to one peer, so more than one policy selects it`;
  if (as !== undefined && (peer.localAs !== as || peer.peerAs !== as))
    return `${node}: between AS ${peer.localAs} and AS ${peer.peerAs}, not within ${as}`;
  return peer.advertised >= advertised ? undefined : `${node}: announces ${peer.advertised} of ${advertised} routes`;
};
