// What routers say of themselves: sessions, routes of the tenant, router MACs; asked over the daemons' sockets.
import * as z from 'zod';
import { defineProbe } from '../../src/engine/step-type.ts';
import { speaks } from './ends.ts';
import { covers, establishedIn, nextHopsIn, prefixesIn, routerMacsIn } from './readings.ts';
import { askJson } from './vty.ts';

const router = z.string().describe('Name of the router');

export const bgpSessions = defineProbe({
  name: 'frr.sessions',
  summary: 'BGP sessions of a router, counted by address family; holds when as many as expected are Established',
  input: z.strictObject({
    router,
    vrf: z.string().optional().describe("The VRF; the router's own table unless told"),
    expected: z
      .partialRecord(z.enum(['ipv4Unicast', 'ipv6Unicast', 'l2VpnEvpn']), z.int())
      .describe('Sessions by family'),
    peers: z
      .array(z.string())
      .default([])
      .describe('Those at the other ends: their sessions are to be Established too, and every end heard of in time'),
  }),
  values: {
    established: 'sessions Established, by family',
    expected: 'sessions expected, by family',
    down: 'peers that are not Established, with their state',
    denied: 'those of `peers` that do not see theirs Established',
  },
  describe: ({ router: name, vrf }) => `BGP ${name}${vrf === undefined ? '' : ` ${vrf}`}`,
  async look({ router: name, vrf, expected, peers }, context) {
    const ends = peers.length === 0 ? [] : [{ router: name, vrf }, ...peers.map((peer) => ({ router: peer }))];
    const [own = true, ...theirs] = await Promise.all(ends.map((end) => speaks(context, end)));
    const command = vrf === undefined ? 'show bgp summary json' : `show bgp vrf ${vrf} summary json`;
    const { established, down } = establishedIn(await askJson(context, { router: name, daemon: 'bgpd', command }));
    const denied = peers.filter((_, at) => !theirs[at]);
    const families = Object.entries(expected);
    const wanted = families.reduce((sum, [, count]) => sum + count, 0);
    const have = families.reduce((sum, [family, count]) => sum + Math.min(count, established[family] ?? 0), 0);
    const counted = families.every(([family, count]) => (established[family] ?? 0) === count);
    const states = down.length === 0 ? '' : ` (${few(down.map(({ peer, state }) => `${peer} ${state}`))})`;
    const denial = denied.length === 0 ? '' : `, not so for ${few(denied)}`;
    return {
      holds: counted && own && denied.length === 0,
      saw: `${have} of ${wanted} Established${states}${denial}`,
      values: { established, expected, down, denied },
      data: { established, expected },
    };
  },
});

const few = (all: readonly string[]): string => `${all.slice(0, 3).join(', ')}${all.length > 3 ? ', …' : ''}`;

export const tenantRoute = defineProbe({
  name: 'frr.route',
  summary: 'A route of a router, with the next hops that are in the forwarding table',
  input: z.strictObject({
    router,
    vrf: z.string().optional().describe("The VRF; the router's own table unless told"),
    prefix: z.string().describe('The route'),
    nextHops: z.int().optional().describe('How many are expected'),
  }),
  values: {
    nextHops: 'addresses or interfaces of the next hops in use',
    protocol: 'where the route comes from',
    count: 'how many next hops',
  },
  describe: ({ router: name, prefix }) => `${name} route ${prefix}`,
  async look({ router: name, vrf, prefix, nextHops: wanted }, context) {
    const command = `show ip route ${vrf === undefined ? '' : `vrf ${vrf} `}${prefix} json`;
    const { nextHops, protocol } = nextHopsIn(
      await askJson(context, { router: name, daemon: 'zebra', command }),
      prefix,
    );
    const count = nextHops.length;
    const saw =
      count === 0
        ? 'no route'
        : `${protocol} over ${count} next hop${count === 1 ? '' : 's'}: ${nextHops.slice(0, 4).join(', ')}${count > 4 ? ', …' : ''}`;
    return {
      holds: wanted === undefined ? count > 0 : count === wanted,
      saw,
      values: { nextHops, protocol, count },
      data: { nextHops, protocol },
    };
  },
});

export const routerMacs = defineProbe({
  name: 'frr.router-macs',
  summary:
    'Router MACs of the other tunnel ends that a leaf knows; without one, packets to that leaf are lost in silence',
  input: z.strictObject({
    router,
    vni: z.int().describe('The VNI of the tenant'),
    expected: z.int().describe('How many other ends there are'),
  }),
  values: { count: 'how many it knows' },
  describe: ({ router: name, vni }) => `${name} router MACs of VNI ${vni}`,
  async look({ router: name, vni, expected }, context) {
    const count = routerMacsIn(
      await askJson(context, { router: name, daemon: 'zebra', command: 'show evpn rmac vni all json' }),
      vni,
    );
    return { holds: count === expected, saw: `${count} of ${expected}`, values: { count } };
  },
});

export const loopbackRoutes = defineProbe({
  name: 'frr.loopbacks',
  summary: 'Loopbacks of other routers that a router has a route to by BGP',
  input: z.strictObject({
    router,
    prefixes: z.array(z.string()).describe('The loopbacks'),
    expected: z.int().describe('How many of them it must reach'),
  }),
  values: { count: 'how many', routes: 'the prefixes' },
  describe: ({ router: name }) => `${name} loopbacks`,
  async look({ router: name, prefixes, expected }, context) {
    const all = prefixesIn(
      await askJson(context, { router: name, daemon: 'zebra', command: 'show ip route bgp json' }),
    );
    const found = all.filter((route) => route.endsWith('/32') && prefixes.some((pool) => covers(pool, route)));
    return {
      holds: found.length === expected,
      saw: `${found.length} of ${expected}`,
      values: { count: found.length, routes: found },
    };
  },
});

export const routesPresent = defineProbe({
  name: 'frr.routes-present',
  summary: 'Whether a router has all of these routes',
  input: z.strictObject({
    router,
    vrf: z.string().optional().describe("The VRF; the router's own table unless told"),
    prefixes: z.array(z.string()).min(1).describe('The routes'),
  }),
  values: { missing: 'those it has not' },
  describe: ({ router: name, prefixes }) => `${name} routes to ${prefixes.join(', ')}`,
  async look({ router: name, vrf, prefixes }, context) {
    const command = `show ip route ${vrf === undefined ? '' : `vrf ${vrf} `}json`;
    const there = new Set(prefixesIn(await askJson(context, { router: name, daemon: 'zebra', command })));
    const missing = prefixes.filter((prefix) => !there.has(prefix));
    const saw = `${prefixes.length - missing.length} of ${prefixes.length}${missing.length > 0 ? `, without ${missing.join(', ')}` : ''}`;
    return { holds: missing.length === 0, saw, values: { missing } };
  },
});
