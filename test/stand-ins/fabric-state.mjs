// What the routers of the stand-in world would know: sessions and routes, worked out from the configurations they booted with, cables and clusters.
// Their state in the shape of Nokia's YANG models: sources.mjs, sr_cli.
import { advance, excluded, podsOf } from './cluster.mjs';
import { now } from './world.mjs';

/** World milliseconds from "could" to "Established". */
const settling = 4000;

const readConfig = (text) => {
  const all = (pattern) => [...text.matchAll(pattern)].map((match) => match.slice(1));
  const one = (pattern) => pattern.exec(text)?.[1];
  return {
    address: one(/system0 subinterface 0 ipv4 address (\S+)\/32/),
    as: Number(one(/network-instance default protocols bgp autonomous-system (\d+)/)),
    ports: all(
      /default protocols bgp dynamic-neighbors interface ethernet-1\/(\d+)\.0 allowed-peer-as \[ (\d+) \]/g,
    ).map(([port, as]) => ({ port: `e1-${port}`, as: Number(as) })),
    overlay: all(/default protocols bgp neighbor (\S+) peer-group overlay/g).map(([address]) => address),
    tenant: all(/ip-vrf-1 protocols bgp neighbor (\S+) peer-group metal/g).map(([address]) => address),
    hosted: /type mac-vrf/.test(text),
    gateway: one(/irb1 subinterface 1 ipv4 address (\S+)\/\d+ primary/),
  };
};

const routers = (world) =>
  Object.entries(world.containers)
    .filter(([, container]) => container.config !== undefined && container.running)
    .map(([name, container]) => ({ name, container, ...readConfig(container.config) }));

/** The other end of a cable whose both ends are there. */
const across = (world, name, port) => {
  for (const { links } of Object.values(world.labs))
    for (const ends of links) {
      const at = ends.indexOf(`${name}:${port}`);
      if (at === -1) continue;
      const [node, other] = ends[1 - at].split(':');
      const both = world.containers[name]?.interfaces[port] && world.containers[node]?.interfaces[other];
      return both && world.containers[node].running ? { node, port: other } : undefined;
    }
  return undefined;
};

/** Established once it has been possible for a while; a session that breaks starts over. */
const stateOf = (world, key, possible) => {
  if (!possible) {
    delete world.sessions[key];
    return 'active';
  }
  world.sessions[key] ??= now(world);
  return now(world) - world.sessions[key] >= settling ? 'established' : 'connect';
};

const pair = (a, b) => [a, b].sort().join('--');

const underlay = (world, router, known) =>
  router.ports.map(({ port, as }) => {
    const end = across(world, router.name, port);
    const peer = known.find(({ name }) => name === end?.node);
    const agrees = peer?.as === as && peer.ports.some((each) => each.port === end.port && each.as === router.as);
    const state = stateOf(
      world,
      `underlay ${pair(`${router.name}:${port}`, `${end?.node}:${end?.port}`)}`,
      agrees === true,
    );
    return { peer: peer?.name, port, as, state };
  });

const isUp = (world, router, known) => underlay(world, router, known).some(({ state }) => state === 'established');

const overlay = (world, router, known) =>
  router.overlay.map((address) => {
    const peer = known.find((each) => each.address === address);
    const possible = peer?.overlay.includes(router.address) && isUp(world, router, known) && isUp(world, peer, known);
    return {
      peer: peer?.name,
      address,
      state: stateOf(world, `overlay ${pair(router.address, address)}`, possible === true),
    };
  });

/** Sessions between leaves and nodes, as either side sees them; only those the node's side has a reason to start. */
export const tenantSessions = (world, only) =>
  Object.keys(world.clusters)
    .filter((cluster) => only === undefined || cluster === only)
    .flatMap((cluster) => {
      advance(world, cluster);
      return Object.keys(world.clusters[cluster].nodes).flatMap((node) => sessionOf(world, cluster, node) ?? []);
    });

const sessionOf = (world, name, node) => {
  const cluster = world.clusters[name];
  if (!speaks(cluster, node)) return undefined;
  const port = world.containers[node]?.interfaces.eth1;
  const address = port?.addresses[0]?.split('/')[0];
  const end = across(world, node, 'eth1');
  const leaf = routers(world).find((router) => router.name === end?.node);
  const state = stateOf(world, `tenant ${node}`, port?.up === true && leaf?.tenant.includes(address) === true);
  // MetalLB announces no service from a node that is no target of load balancers.
  const left = cluster.metallb && excluded in cluster.nodes[node].labels;
  const leases = left ? [] : Object.values(cluster.leases);
  const pods = cluster.cilium ? [podRange(cluster, node)] : [];
  const announced = state === 'established' ? [...pods, ...leases.map((lease) => `${lease}/32`)] : [];
  return { node, leaf: leaf?.name, peer: '192.168.1.1', address, state, advertised: announced.length, announced };
};

const speaks = (cluster, node) => {
  const objects = Object.values(cluster.applied);
  if (cluster.metallb)
    return (
      objects.some(({ kind }) => kind === 'BGPPeer') &&
      podsOf(cluster, 'speaker').some((pod) => pod.node === node && pod.ready)
    );
  const policy = objects.find(({ kind }) => kind === 'CiliumBGPPeeringPolicy' || kind === 'CiliumBGPClusterConfig');
  const wanted = Object.entries(policy?.spec.nodeSelector.matchLabels ?? {});
  const agent = podsOf(cluster, 'cilium').find((pod) => pod.node === node && pod.ready);
  const selected = wanted.length > 0 && wanted.every(([key, value]) => cluster.nodes[node].labels[key] === value);
  return selected && agent?.config['enable-bgp-control-plane'] === 'true';
};

const podRange = (cluster, node) => `192.168.${16 + Object.keys(cluster.nodes).indexOf(node)}.0/24`;

export const neighborsOf = (world, name, instance) => {
  const known = routers(world);
  const router = known.find((each) => each.name === name);
  if (!router) return [];
  if (instance !== 'default') {
    const sessions = tenantSessions(world);
    return router.tenant.map((address) => {
      const session = sessions.find((each) => each.leaf === name && each.address === address);
      return neighbor({
        address,
        as: 65535,
        group: 'metal',
        state: session?.state ?? 'active',
        families: ['ipv4-unicast'],
      });
    });
  }
  return [
    ...overlay(world, router, known).map(({ address, state }) => {
      const told = known.some((each) => each.hosted && each.name !== router.name && tells(each, address));
      return neighbor({ address, as: 64321, group: 'overlay', state, families: ['evpn'], silent: !told });
    }),
    ...underlay(world, router, known).map(({ port, as, state }) =>
      neighbor({
        address: `fe80::18aa:7ff:feff:${port.slice(3)}%ethernet-1/${port.slice(3)}.0`,
        ...{ as, group: 'underlay', state, dynamic: true, families: ['ipv4-unicast', 'ipv6-unicast'] },
      }),
    ),
  ];
};

/** Whether a leaf's EVPN routes come in over the session to an address: its own, or that of a spine, which reflects. */
const tells = (leaf, address) => leaf.address === address || leaf.overlay.includes(address);

const neighbor = ({ address, as, group, state, dynamic = false, families, silent = false }) => ({
  'peer-address': address,
  'peer-as': as,
  'peer-group': group,
  'dynamic-neighbor': dynamic,
  'session-state': state,
  'afi-safi': families.map((name) => ({
    'afi-safi-name': name,
    'admin-state': 'enable',
    'oper-state': state === 'established' ? 'up' : 'down',
    'received-routes': state === 'established' && !silent ? 2 : 0,
    'active-routes': state === 'established' ? 1 : 0,
    'sent-routes': state === 'established' ? 4 : 0,
  })),
});

/** Active and inactive routes: prefix, type, preference, active, next hops. */
export const routesOf = (world, name, instance) => {
  const known = routers(world);
  const router = known.find((each) => each.name === name);
  if (!router) return [];
  return instance === 'default' ? loopbacks(world, router, known) : tenantRoutes(world, router, known);
};

const loopbacks = (world, router, known) => {
  const near = underlay(world, router, known).filter(({ state }) => state === 'established');
  const spines = near.map(({ peer, port }) => ({ router: known.find((each) => each.name === peer), port }));
  const direct = spines.map((spine) => ({
    prefix: `${spine.router.address}/32`,
    type: 'bgp',
    preference: 170,
    active: true,
    nextHops: [`fe80::1%${spine.port}`],
  }));
  const others = known.filter((each) => each.name !== router.name && each.name.startsWith('leaf'));
  const far = others.map((other) => {
    const via = spines.filter((spine) =>
      underlay(world, spine.router, known).some((each) => each.peer === other.name && each.state === 'established'),
    );
    return {
      prefix: `${other.address}/32`,
      type: 'bgp',
      preference: 170,
      active: true,
      nextHops: via.map(({ port }) => `fe80::1%${port}`),
    };
  });
  return [...direct, ...far.filter(({ nextHops }) => nextHops.length > 0)];
};

const tenantRoutes = (world, router, known) => {
  const sessions = tenantSessions(world).filter(({ state }) => state === 'established');
  const prefixes = [...new Set(sessions.flatMap(({ announced }) => announced))];
  const learned = prefixes.flatMap((prefix) => {
    const from = sessions.filter(({ announced }) => announced.includes(prefix));
    const own = from.filter(({ leaf }) => leaf === router.name).map(({ address }) => address);
    const others = [...new Set(from.map(({ leaf }) => leaf))].filter((leaf) => leaf !== router.name);
    const reachable = overlay(world, router, known).some(({ state }) => state === 'established');
    const tunnels = reachable ? others.map((leaf) => known.find(({ name }) => name === leaf).address) : [];
    return [
      ...(own.length > 0 ? [{ prefix, type: 'bgp', preference: 169, active: true, nextHops: own }] : []),
      ...(tunnels.length > 0
        ? [{ prefix, type: 'bgp-evpn', preference: 170, active: own.length === 0, nextHops: tunnels.slice(0, 8) }]
        : []),
    ];
  });
  return [...learned, ...hostRoutes(world, router, known)];
};

/** Addresses of nodes: a leaf knows those on its own ports by ARP, and tells the other leaves. */
const hostRoutes = (world, router, known) =>
  Object.entries(world.containers)
    .filter(([, { node, running }]) => node !== undefined && running)
    .flatMap(([name, { interfaces }]) => {
      const address = interfaces.eth1?.addresses[0]?.split('/')[0];
      const leaf = across(world, name, 'eth1')?.node;
      if (address === undefined || leaf === undefined) return [];
      const base = { prefix: `${address}/32`, active: true };
      if (leaf === router.name) return [{ ...base, type: 'arp-nd', preference: 1, nextHops: [address] }];
      const at = known.find((each) => each.name === leaf)?.address;
      return at === undefined ? [] : [{ ...base, type: 'bgp-evpn', preference: 170, nextHops: [at] }];
    });

export const tunnelEnds = (world, name) => {
  const known = routers(world);
  const router = known.find((each) => each.name === name);
  const up = router && overlay(world, router, known).some(({ state }) => state === 'established');
  return up ? known.filter((each) => each.name !== name && each.hosted).map(({ address }) => address) : [];
};
