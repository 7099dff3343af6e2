// FRRouting 8 and newer, as its daemons print themselves in JSON, read into what checks ask for.
import * as z from 'zod';

const summary = z.record(
  z.string(),
  z.looseObject({ peers: z.record(z.string(), z.looseObject({ state: z.string() })).optional() }).catch({}),
);

export interface Sessions {
  /** By family as FRR names it: ipv4Unicast, ipv6Unicast, l2VpnEvpn. */
  readonly established: Readonly<Record<string, number>>;
  readonly down: readonly { readonly family: string; readonly peer: string; readonly state: string }[];
}

/** `show bgp summary json`; a router without sessions prints an empty object. */
export const establishedIn = (json: unknown): Sessions => {
  const established: Record<string, number> = {};
  const down: { family: string; peer: string; state: string }[] = [];
  for (const [family, { peers = {} }] of Object.entries(summary.parse(json))) {
    established[family] = 0;
    for (const [peer, { state }] of Object.entries(peers)) {
      if (state === 'Established') established[family] += 1;
      else down.push({ family, peer, state });
    }
  }
  return { established, down };
};

export interface Neighbor {
  readonly established: boolean;
  /** How long ago it was heard, and how often it is to be. */
  readonly lastReadMs: number;
  readonly keepaliveMs: number;
}

const neighbor = z.looseObject({
  bgpState: z.string(),
  bgpTimerLastRead: z.number().catch(0),
  bgpTimerKeepAliveIntervalMsecs: z.number().catch(0),
});

/** `show bgp neighbors json`: by neighbor, with the VRF's id and name among them in some versions. */
export const neighborsIn = (json: unknown): readonly Neighbor[] =>
  Object.values(z.record(z.string(), z.unknown()).parse(json)).flatMap((each) => {
    const { data } = neighbor.safeParse(each);
    if (data === undefined) return [];
    const { bgpState, bgpTimerLastRead: lastReadMs, bgpTimerKeepAliveIntervalMsecs: keepaliveMs } = data;
    return [{ established: bgpState === 'Established', lastReadMs, keepaliveMs }];
  });

const route = z.looseObject({
  protocol: z.string().optional(),
  selected: z.boolean().optional(),
  nexthops: z
    .array(
      z.looseObject({ fib: z.boolean().optional(), ip: z.string().optional(), interfaceName: z.string().optional() }),
    )
    .optional(),
});
const routes = z.record(z.string(), z.array(route));

/** `show ip route … json`: the next hops the kernel uses; none when there is no such route. */
export const nextHopsIn = (
  json: unknown,
  prefix: string,
): { readonly nextHops: readonly string[]; readonly protocol: string } => {
  const found = routes.parse(json)[prefix] ?? [];
  const best = found.find((each) => each.selected === true) ?? found[0];
  const used = (best?.nexthops ?? []).filter((hop) => hop.fib === true);
  return { nextHops: used.map((hop) => hop.ip ?? hop.interfaceName ?? '?'), protocol: best?.protocol ?? '' };
};

const macs = z.record(z.string(), z.looseObject({ numRmacs: z.int().optional() }).catch({}));

/** `show evpn rmac vni all json`. */
export const routerMacsIn = (json: unknown, vni: number): number => macs.parse(json)[String(vni)]?.numRmacs ?? 0;

/** The prefixes of `show ip route json` that have a next hop in use. */
export const prefixesIn = (json: unknown): readonly string[] =>
  Object.entries(routes.parse(json))
    .filter(([, entries]) => entries.some((entry) => entry.nexthops?.some((hop) => hop.fib === true)))
    .map(([prefix]) => prefix);

/** Whether an IPv4 pool such as 10.0.1.0/24 holds a route such as 10.0.1.7/32. */
export const covers = (pool: string, route: string): boolean => {
  const [base = '', length = '0'] = pool.split('/');
  const shift = 2 ** (32 - Number(length));
  return Math.floor(numberOf(base) / shift) === Math.floor(numberOf(route.split('/')[0] ?? '') / shift);
};

const numberOf = (address: string): number => address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
