// Decides what every spine and leaf is: addresses, AS numbers, EVPN instances, sessions, and what a healthy one shows.
import { addressAt, embedded6, macOf } from './addresses.ts';
import type { Settings } from './fabric-inputs.ts';
import type { Client, KubernetesNode } from './hosts.ts';
import { leafName, spineName, tenantNamespace, upTo } from './links.ts';
import { type Pools, pinStride } from './room.ts';
import { fabricSessions, type Neighbor, type Session, tenantSessions } from './sessions.ts';
import type { Subnet, Tenant } from './tenant.ts';

type Router = {
  name: string;
  index: number;
  address: string;
  address6: string;
  routerId: string;
  /** AS in the underlay; the overlay's is the same everywhere. */
  asn: number;
  fabricInterfaces: string[];
  sessions: Session[];
};
export type Spine = Router & {
  clusterId: string;
  expected: { underlay: number; overlay: number; loopbackRoutes: number };
};
/** A dummy route that refers to one route reflector only; see the FRR templates for what it cures. */
export type Pin = { name: string; spine: string; neighbor: string; prefix: string; community: string };
/** An EVPN instance as one leaf carries it. */
export type LeafSubnet = Subnet & { rd: string; ports: string[] };
export type Leaf = Router & {
  tenantNamespace: string;
  vtep: string;
  routerMac: string;
  tenantRd: string;
  hostInterfaces: string[];
  nodes: string[];
  clients: string[];
  subnets: LeafSubnet[];
  pins: Pin[];
  expected: {
    underlay: number;
    overlay: number;
    tenant: number;
    /** Other leaves, each by every spine, and spines, each by one. */
    loopbackRoutes: number;
    routerMacs: number;
    /** Next hops of the service address: own nodes if there are any, else the leaves that have some. */
    vip: { via: 'node' | 'leaf'; nextHops: string[]; count: number };
  };
};

export const maximumPaths = 64;
type Surroundings = {
  settings: Settings;
  pools: Pools;
  nodes: KubernetesNode[];
  clients: Client[];
  subnets: Subnet[];
  tenant: Tenant;
};

export function spinesOf({ settings, pools }: Surroundings): Spine[] {
  return upTo(settings.spines).map((index) => {
    const base = addresses(settings, addressAt(pools.spineLoopbacks, index));
    const leaves = upTo(settings.leaves).map(
      (leaf): Neighbor => ({
        name: leafName(leaf),
        interface: `e1-${leaf}`,
        address: addressAt(pools.leafLoopbacks, leaf),
        underlayAs: leafAs(settings, leaf),
      }),
    );
    return {
      name: spineName(index),
      index,
      ...base,
      asn: settings.spineAs,
      clusterId: base.address,
      fabricInterfaces: leaves.map((leaf) => leaf.interface),
      sessions: fabricSessions(settings, settings.spineAs, leaves),
      // All spines share an AS, so a spine refuses the others' loopbacks as loops and has only the leaves'.
      expected: { underlay: leaves.length, overlay: leaves.length, loopbackRoutes: leaves.length },
    };
  });
}

export function leavesOf(around: Surroundings): Leaf[] {
  const vteps = [...new Set(around.nodes.map((node) => node.leaf))];
  return upTo(around.settings.leaves).map((index) => leafOf(around, index, vteps));
}

function leafOf({ settings, pools, ...around }: Surroundings, index: number, nodeLeaves: string[]): Leaf {
  const name = leafName(index);
  const base = addresses(settings, addressAt(pools.leafLoopbacks, index));
  const nodes = around.nodes.filter((node) => node.leaf === name);
  const clients = around.clients.filter((client) => client.leaf === name);
  const spines = upTo(settings.spines).map(
    (spine): Neighbor => ({
      name: spineName(spine),
      interface: `e1-${48 + spine}`,
      address: addressAt(pools.spineLoopbacks, spine),
      underlayAs: settings.spineAs,
    }),
  );
  const remote = nodeLeaves.map((leaf) => addressAt(pools.leafLoopbacks, Number(leaf.slice('leaf'.length))));
  const nextHops = nodes.length > 0 ? nodes.map((node) => node.address) : remote;
  const ports = { node: nodes.map((node) => node.leafPort), client: clients.map((client) => client.leafPort) };
  return {
    name,
    index,
    ...base,
    asn: leafAs(settings, index),
    tenantNamespace: tenantNamespace(name),
    vtep: base.address,
    routerMac: macOf(base.address),
    tenantRd: `${base.address}:${around.tenant.vni}`,
    fabricInterfaces: spines.map((spine) => spine.interface),
    hostInterfaces: [...ports.node, ...ports.client],
    nodes: nodes.map((node) => node.name),
    clients: clients.map((client) => client.name),
    subnets: around.subnets
      .filter((subnet) => ports[subnet.hosts].length > 0)
      .map((subnet) => ({ ...subnet, rd: `${base.address}:${subnet.vni}`, ports: ports[subnet.hosts] })),
    sessions: [...fabricSessions(settings, leafAs(settings, index), spines), ...tenantSessions(settings, nodes)],
    pins: spines.map((spine, at) => pinOf({ settings, pools }, { leaf: index, spine, at: at + 1 })),
    expected: {
      underlay: spines.length,
      overlay: spines.length,
      tenant: nodes.length,
      loopbackRoutes: settings.leaves - 1 + spines.length,
      routerMacs: settings.leaves - 1,
      vip: { via: nodes.length > 0 ? 'node' : 'leaf', nextHops, count: Math.min(maximumPaths, nextHops.length) },
    },
  };
}

function pinOf(
  { settings, pools }: Pick<Surroundings, 'settings' | 'pools'>,
  { leaf, spine, at }: { leaf: number; spine: Neighbor; at: number },
): Pin {
  return {
    name: `PIN${at}`,
    spine: spine.name,
    neighbor: spine.address,
    prefix: `${addressAt(pools.pins, at * pinStride(settings.leaves) + leaf)}/32`,
    community: `${settings.overlayAs}:${at}`,
  };
}

function addresses(settings: Settings, address: string): Pick<Router, 'address' | 'address6' | 'routerId'> {
  return { address, address6: embedded6(settings.loopbacks6, address), routerId: address };
}

function leafAs(settings: Settings, index: number): number {
  return settings.leafAsBase + index - 1;
}
