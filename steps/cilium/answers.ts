// What the cilium command says in JSON: the health of an installation, and BGP sessions by node. Counts of zero are left out of it. Pure.
import * as z from 'zod';
import { isMap } from '../../src/core/maps.ts';
import { jsonIn, readEach, readFields } from '../shared/read-each.ts';

const familyShape = z.object({
  afi: z.string(),
  safi: z.string(),
  received: z.number().default(0),
  accepted: z.number().default(0),
  advertised: z.number().default(0),
});
const peerShape = z.object({
  'peer-address': z.string(),
  'session-state': z.string().default('unknown'),
  'local-asn': z.number().default(0),
  'peer-asn': z.number().default(0),
  families: z.array(familyShape).nullish(),
});

export interface CiliumPeer {
  readonly node: string;
  readonly address: string;
  readonly state: string;
  readonly localAs: number;
  readonly peerAs: number;
  readonly families: readonly z.output<typeof familyShape>[];
  /** Routes it was given, over all families. */
  readonly advertised: number;
}

export interface CiliumPeers {
  readonly peers: readonly CiliumPeer[];
  /** Nodes whose agent answered, also those without a session. */
  readonly answered: readonly string[];
  /** What was not understood, by node. */
  readonly unread: Readonly<Record<string, string>>;
}

/** Reads `cilium bgp peers -o json`; undefined when the text is none of its answers. */
export const peersIn = (text: string): CiliumPeers | undefined => {
  const read = z.record(z.string(), z.unknown()).safeParse(jsonIn(text));
  if (!read.success) return undefined;
  const answers = Object.entries(read.data).map(([node, list]) => ({ node, ...readEach(peerShape, list ?? []) }));
  const unread = answers.flatMap(({ node, unread: [first] }) => (first === undefined ? [] : [[node, first] as const]));
  return {
    peers: answers.flatMap(({ node, entries }) => entries.map((peer) => peerOf(node, peer))),
    answered: Object.keys(read.data),
    unread: Object.fromEntries(unread),
  };
};

const peerOf = (node: string, peer: z.output<typeof peerShape>): CiliumPeer => {
  const families = peer.families ?? [];
  return {
    node,
    address: peer['peer-address'].replace(/\/32$/, ''),
    state: peer['session-state'].toLowerCase(),
    localAs: peer['local-asn'],
    peerAs: peer['peer-asn'],
    families,
    advertised: families.reduce((sum, { advertised }) => sum + advertised, 0),
  };
};

const podsShape = z.object({ Desired: z.number().default(0), Ready: z.number().default(0) });
const problemShape = z.object({ Errors: z.array(z.unknown()).nullish() });

export interface CiliumStatus {
  readonly agents: { readonly desired: number; readonly ready: number };
  readonly operators: { readonly desired: number; readonly ready: number };
  /** What it calls errors, as text; also what it says in their place that is not understood. */
  readonly errors: readonly string[];
  /** Counts of pods that were not understood: those are 0. */
  readonly unread: readonly string[];
}

/** Reads `cilium status -o json`; undefined when the text is none of its answers. */
export const statusIn = (text: string): CiliumStatus | undefined => {
  const read = jsonIn(text);
  if (!isMap(read)) return undefined;
  const pods = readFields(podsShape, read['pod_state']);
  const count = (name: string): CiliumStatus['agents'] => {
    const { Desired: desired = 0, Ready: ready = 0 } = pods.fields[name] ?? {};
    return { desired, ready };
  };
  const parts = readFields(z.record(z.string(), z.unknown()), read['errors']);
  const problems = Object.values(parts.fields).map((byPod) => readFields(problemShape, byPod));
  const told = problems.flatMap(({ fields }) => Object.values(fields).flatMap(({ Errors }) => Errors ?? []));
  const errors = [...told.map(inWords), ...parts.unread, ...problems.flatMap(({ unread }) => unread)];
  return { agents: count('cilium'), operators: count('cilium-operator'), errors, unread: pods.unread };
};

const inWords = (problem: unknown): string => (typeof problem === 'string' ? problem : JSON.stringify(problem));

/** The datapath of one agent, from its own status: what takes kube-proxy's place, on which devices. */
export interface Datapath {
  readonly kubeProxyReplacement: boolean;
  readonly devices: readonly string[];
  readonly directRoutingDevice: string;
  /** What was not understood, or not said. */
  readonly unread: readonly string[];
}

const replacement = 'kube-proxy-replacement';

/** Reads what the agent's own `status -o json` says; undefined when the text is none of its answers. */
export const datapathIn = (text: string): Datapath | undefined => {
  const read = jsonIn(text);
  if (!isMap(read)) return undefined;
  const part = read[replacement];
  if (!isMap(part))
    return {
      kubeProxyReplacement: false,
      devices: [],
      directRoutingDevice: '',
      unread: [`it says nothing of ${replacement}`],
    };
  const { mode = '', directRoutingDevice = '' } = part;
  const words = readFields(z.string(), { mode, directRoutingDevice });
  const names = readEach(z.string(), part['devices'] ?? []);
  const listed = readEach(z.object({ name: z.string() }), part['deviceList'] ?? []);
  return {
    kubeProxyReplacement: /^(true|strict)$/i.test(words.fields['mode'] ?? ''),
    devices: listed.entries.length > 0 ? listed.entries.map(({ name }) => name) : names.entries,
    directRoutingDevice: words.fields['directRoutingDevice'] ?? '',
    unread: [...words.unread, ...listed.unread, ...names.unread],
  };
};
