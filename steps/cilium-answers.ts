// What the cilium command says in JSON: the health of an installation, and BGP sessions by node. Counts of zero are left out of it. Pure.
import * as z from 'zod';
import { readEach } from './read-each.ts';

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
const problemShape = z.object({ Errors: z.array(z.unknown()).nullish(), Warnings: z.array(z.unknown()).nullish() });
const statusShape = z.object({
  pod_state: z.record(z.string(), podsShape).nullish(),
  errors: z.record(z.string(), z.record(z.string(), problemShape)).nullish(),
});

export interface CiliumStatus {
  readonly agents: { readonly desired: number; readonly ready: number };
  readonly operators: { readonly desired: number; readonly ready: number };
  /** What it calls errors, as text. */
  readonly errors: readonly string[];
}

/** Reads `cilium status -o json`; undefined when the text is none of its answers. */
export const statusIn = (text: string): CiliumStatus | undefined => {
  const read = statusShape.safeParse(jsonIn(text));
  if (!read.success) return undefined;
  const count = (name: string): CiliumStatus['agents'] => {
    const pods = read.data.pod_state?.[name];
    return { desired: pods?.Desired ?? 0, ready: pods?.Ready ?? 0 };
  };
  const problems = Object.values(read.data.errors ?? {}).flatMap((pods) => Object.values(pods));
  const errors = problems.flatMap(({ Errors }) => Errors ?? []).map((each) => inWords(each));
  return { agents: count('cilium'), operators: count('cilium-operator'), errors };
};

const inWords = (problem: unknown): string => (typeof problem === 'string' ? problem : JSON.stringify(problem));

/** The datapath of one agent, from its own status: what takes kube-proxy's place, on which devices. */
export interface Datapath {
  readonly kubeProxyReplacement: boolean;
  readonly devices: readonly string[];
  readonly directRoutingDevice: string;
}

const agentShape = z.object({
  'kube-proxy-replacement': z
    .object({
      mode: z.string().default(''),
      devices: z.array(z.string()).nullish(),
      deviceList: z.array(z.object({ name: z.string().default('') })).nullish(),
      directRoutingDevice: z.string().default(''),
    })
    .nullish(),
});

/** Reads what the agent's own `status -o json` says; undefined when the text is none of its answers. */
export const datapathIn = (text: string): Datapath | undefined => {
  const read = agentShape.safeParse(jsonIn(text));
  if (!read.success) return undefined;
  const kpr = read.data['kube-proxy-replacement'];
  const listed = kpr?.deviceList?.map(({ name }) => name) ?? [];
  return {
    kubeProxyReplacement: /^(true|strict)$/i.test(kpr?.mode ?? ''),
    devices: listed.length > 0 ? listed : (kpr?.devices ?? []),
    directRoutingDevice: kpr?.directRoutingDevice ?? '',
  };
};

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // A message instead of JSON: the caller says what it was.
  }
};
