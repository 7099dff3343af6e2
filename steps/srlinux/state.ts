// What SR Linux says of BGP and routes, from its state in JSON: as the CLI prints it, or as JSON-RPC does with module prefixes. Pure.

export interface Family {
  readonly state: string;
  readonly received: number;
  readonly active: number;
  readonly sent: number;
}

export interface Neighbor {
  readonly address: string;
  readonly as: number;
  readonly group: string;
  /** idle, connect, active, opensent, openconfirm or established; unknown where the router does not say. */
  readonly state: string;
  readonly dynamic: boolean;
  /** By name: ipv4-unicast, ipv6-unicast, evpn; only those that are enabled. */
  readonly families: Readonly<Record<string, Family>>;
}

type Tree = Readonly<Record<string, unknown>>;

/** Every BGP neighbour anywhere below: the nesting differs between ways of asking, the keys of a neighbour don't. */
export const neighborsIn = (state: unknown): readonly Neighbor[] =>
  objectsWith(state, ['peer-address']).map((each) => ({
    address: String(each['peer-address']),
    as: Number(each['peer-as'] ?? 0),
    group: String(each['peer-group'] ?? ''),
    state: String(each['session-state'] ?? 'unknown'),
    dynamic: each['dynamic-neighbor'] === true || each['dynamic-neighbor'] === 'true',
    families: familiesIn(each['afi-safi']),
  }));

const familiesIn = (list: unknown): Readonly<Record<string, Family>> => {
  const enabled = (Array.isArray(list) ? (list as Tree[]) : []).filter((each) => each['admin-state'] !== 'disable');
  return Object.fromEntries(
    enabled.map((each) => [
      bare(String(each['afi-safi-name'])),
      {
        state: String(each['oper-state'] ?? ''),
        received: Number(each['received-routes'] ?? 0),
        active: Number(each['active-routes'] ?? 0),
        sent: Number(each['sent-routes'] ?? 0),
      },
    ]),
  );
};

/** A session that the model expects, as far as it is told from others. */
export interface ExpectedSession {
  readonly peer: string;
  readonly kind: string;
  /** An address, or a port such as e1-49. */
  readonly neighbor: string;
  readonly remoteAs: number;
}

/** The state of each expected session; `missing` when the router has no such neighbour. */
export const sessionStates = (
  expected: readonly ExpectedSession[],
  neighbors: readonly Neighbor[],
): readonly { readonly session: ExpectedSession; readonly state: string }[] =>
  expected.map((session) => ({ session, state: neighborOf(session, neighbors)?.state ?? 'missing' }));

/** A neighbour that was found on a port is known by its link-local address and that port's name. */
const neighborOf = ({ neighbor, remoteAs }: ExpectedSession, neighbors: readonly Neighbor[]): Neighbor | undefined => {
  const port = /^e1-(\d+)$/.exec(neighbor)?.[1];
  if (port === undefined) return neighbors.find(({ address }) => address === neighbor);
  const there = neighbors.find(({ address }) => address.endsWith(`%ethernet-1/${port}.0`));
  return there?.as === remoteAs || there?.as === 0 ? there : undefined;
};

export interface Route {
  readonly prefix: string;
  /** bgp, bgp-evpn, arp-nd, local, … */
  readonly type: string;
  readonly preference: number;
  readonly active: boolean;
  /** Addresses, sorted. */
  readonly nextHops: readonly string[];
}

/** Instances other than their own in which routes have their next hops. */
export const instancesBehind = (state: unknown): readonly string[] => [
  ...new Set(objectsWith(state, [elsewhere]).map((each) => String(each[elsewhere]))),
];
const elsewhere = 'next-hop-group-network-instance';

/**
 * Routes of a network instance, from its whole `route-table`: routes refer to groups, and groups to next hops, by numbers that are
 * unique on the router. Tables behind the first one only say where its routes lead.
 */
export const routesIn = (state: readonly unknown[], prefix?: string): readonly Route[] => {
  const hops = new Map(
    objectsWith(state, ['index', 'ip-address']).map((each) => [String(each['index']), String(each['ip-address'])]),
  );
  const groups = new Map(
    objectsWith(state, ['index', 'next-hop'])
      .filter((each) => Array.isArray(each['next-hop']))
      .map((each) => [String(each['index']), hopsOf(each['next-hop'] as Tree[], hops)]),
  );
  return objectsWith(state[0], ['ipv4-prefix', 'route-type'])
    .filter((each) => prefix === undefined || each['ipv4-prefix'] === prefix)
    .map((each) => ({
      prefix: String(each['ipv4-prefix']),
      type: bare(String(each['route-type'])),
      preference: Number(each['preference'] ?? 0),
      active: each['active'] === true || each['active'] === 'true',
      nextHops: groups.get(String(each['next-hop-group'])) ?? [],
    }));
};

const hopsOf = (members: readonly Tree[], hops: ReadonlyMap<string, string>): readonly string[] =>
  members.flatMap((each) => hops.get(String(each['next-hop'])) ?? []).sort();

/** Names come with the module that defines them when they come by JSON-RPC. */
const bare = (name: string): string => name.replace(/^[^:]*:/, '');

/** Every object below that has all of these keys. */
const objectsWith = (value: unknown, keys: readonly string[]): readonly Tree[] => {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap((each) => objectsWith(each, keys));
  return !Array.isArray(value) && keys.every((key) => key in value) ? [value as Tree, ...below] : below;
};
