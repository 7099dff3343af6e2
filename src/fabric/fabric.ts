// The lab's network as plain data, computed from a few inputs: every variant renders from it and every check expects what it says.
import { InputError } from '../core/input-error.ts';
import { addressAt, contains, enclosing, macOf } from './addresses.ts';
import { type FabricInputs, fabricInputs, type Settings } from './fabric-inputs.ts';
import { type Client, clientsOf, type KubernetesNode, nodesOf, type Pod, podsOf } from './hosts.ts';
import { hostLinksOf, type Link, linksOf } from './links.ts';
import { placementOf, tunnelOverhead } from './placement.ts';
import { type Device, devicesOf, type Namespace, namespacesOf, type Place, placesOf } from './places.ts';
import { demandRoom, type Pools, poolsOf, vipOffset, vxlanOverhead } from './room.ts';
import { type Leaf, leavesOf, maximumPaths, type Spine, spinesOf } from './routers.ts';
import { type Share, share, type Whole } from './share.ts';
import { type Subnet, subnetsOf, type Tenant, tenantOf } from './tenant.ts';

export type Fabric = {
  name: string;
  cluster: string;
  spines: Spine[];
  leaves: Leaf[];
  nodes: KubernetesNode[];
  /** The same list as `nodes`, under the name that can't be mistaken for the number of nodes asked for. */
  kubernetesNodes: KubernetesNode[];
  clients: Client[];
  pods: Pod[];
  /** The lab's cables: spine to leaf, leaf to node, client to leaf. */
  links: Link[];
  /** Inside nodes and to the management bridge; docker and the CNI plugin lay them where there are any. */
  hostLinks: Link[];
  devices: Device[];
  namespaces: Namespace[];
  places: Place[];
  subnets: Subnet[];
  tenant: Tenant;
  service: {
    name: string;
    vip: string;
    port: number;
    url: string;
    policy: 'Cluster' | 'Local';
    snatSource: 'fabric' | 'mgmt';
    pool: string;
    replicas: number;
  };
  mgmt: {
    name: string;
    prefix: string;
    prefixLength: number;
    gateway: string;
    gatewayMac: string;
    bridge: string;
    interfaces: string[];
  };
  /** `nodeRoutes` is what a node reaches through its leaf: the fabric, and pods that are not within it. */
  prefixes: {
    fabric: string;
    nodeRoutes: string[];
    /** The smallest prefix around both subnets and the pods: where a packet needs no other source address. */
    inside: string;
    leafLoopbacks: string;
    spineLoopbacks: string;
    pods: string;
    pins: string;
  };
  asns: { overlay: number; spine: number; tenant: number; leaves: number[] };
  mtu: { fabric: number; access: number };
  /** Seconds. Short ones notice a dead peer sooner, and flap when many routers share a few cores. */
  timers: { keepalive: number; hold: number; connect: number };
  maximumPaths: number;
  expected: {
    links: number;
    underlaySessions: number;
    overlaySessions: number;
    tenantSessions: number;
    sessionEnds: number;
    /** What gc_thresh3 of the kernel's tables must be where all namespaces of the share have one kernel; never less than its default. */
    neighbors: { ipv4: number; ipv6: number };
  };
  /** What of it this host runs; all of it unless the lab is split over several hosts. */
  share: Share;
};

/** Throws a RangeError with a sentence that names the input, for sizes and pools that can't make a fabric. */
export function fabric(inputs: FabricInputs = {}): Fabric {
  const read = fabricInputs.safeParse(inputs);
  if (!read.success) {
    const [issue] = read.error.issues;
    const path = issue?.path.map(String) ?? [];
    const isKey = issue?.code === 'invalid_key';
    const message = isKey ? issue.issues[0]?.message : issue?.message;
    throw new InputError(`${path.join('.')}: ${message}.`, path, isKey ? 'key' : 'value');
  }
  const settings = read.data;
  const pools = poolsOf(settings);
  demandRoom(settings, pools);
  const placement = placementOf(settings);
  const whole = assembled(placement ? narrowed(settings) : settings, pools);
  const here = share(whole, placement);
  return { ...whole, share: here, expected: expectedOf(settings, whole, here) };
}

/** Every link must fit into a tunnel between hosts, also one that is within a host: routers take a path for one size. */
function narrowed(settings: Settings): Settings {
  const mtu = Math.min(settings.mtu, settings.underlayMtu - tunnelOverhead(settings.hosts));
  return { ...settings, mtu, accessMtu: Math.min(settings.accessMtu, mtu - vxlanOverhead) };
}

function assembled(settings: Settings, pools: Pools): Whole {
  const nodes = nodesOf(settings, pools);
  const clients = clientsOf(settings, pools);
  const pods = podsOf(settings, pools);
  const subnets = subnetsOf(settings, pools);
  const tenant = tenantOf(settings);
  const around = { settings, pools, nodes, clients, subnets, tenant };
  const spines = spinesOf(around);
  const leaves = leavesOf(around);
  const links = linksOf(settings);
  const namespaces = namespacesOf({ spines, leaves, nodes, pods, clients });
  return {
    name: settings.lab,
    cluster: settings.cluster,
    spines,
    leaves,
    nodes,
    kubernetesNodes: nodes,
    clients,
    pods,
    links,
    hostLinks: hostLinksOf(settings),
    devices: devicesOf(namespaces),
    namespaces,
    places: placesOf(namespaces),
    subnets,
    tenant,
    service: serviceOf(settings, pools),
    mgmt: mgmtOf(pools, nodes),
    ...plan(settings, pools),
  };
}

function mgmtOf(pools: Pools, nodes: KubernetesNode[]): Fabric['mgmt'] {
  const gateway = addressAt(pools.mgmt, 1);
  return {
    name: 'mgmt',
    prefix: pools.mgmt.text,
    prefixLength: pools.mgmt.length,
    gateway,
    gatewayMac: macOf(gateway),
    bridge: 'mgmt0',
    interfaces: nodes.map((node) => `port${node.index}`),
  };
}

function plan(settings: Settings, pools: Pools): Pick<Fabric, 'prefixes' | 'asns' | 'mtu' | 'timers' | 'maximumPaths'> {
  const { overlayAs: overlay, spineAs: spine, tenantAs: tenant, leaves } = settings;
  return {
    prefixes: {
      fabric: pools.fabricPrefix.text,
      nodeRoutes: [pools.fabricPrefix, pools.pods]
        .filter((route, at) => at === 0 || !contains(pools.fabricPrefix, route))
        .map((route) => route.text),
      inside: enclosing([pools.subnetA, pools.subnetB, pools.pods]).text,
      leafLoopbacks: pools.leafLoopbacks.text,
      spineLoopbacks: pools.spineLoopbacks.text,
      pods: pools.pods.text,
      pins: pools.pins.text,
    },
    asns: { overlay, spine, tenant, leaves: Array.from({ length: leaves }, (_, at) => settings.leafAsBase + at) },
    mtu: { fabric: settings.mtu, access: settings.accessMtu },
    // From about 15 leaves on two cores can't send every keepalive of a 1/3 session in time.
    timers: leaves < 15 ? { keepalive: 1, hold: 3, connect: 1 } : { keepalive: 3, hold: 9, connect: 1 },
    maximumPaths,
  };
}

function serviceOf(settings: Settings, pools: Pools): Fabric['service'] {
  const vip = settings.vip ?? addressAt(pools.vipPool, vipOffset);
  const port = settings.servicePort;
  return {
    name: settings.service,
    vip,
    port,
    url: port === 80 ? `http://${vip}/` : `http://${vip}:${port}/`,
    policy: settings.policy,
    snatSource: settings.snatSource,
    pool: pools.vipPool.text,
    replicas: settings.nodes * settings.podsPerNode,
  };
}

function expectedOf(settings: Settings, whole: Whole, here: Share): Fabric['expected'] {
  const { spines, leaves, nodes } = settings;
  const pairs = spines * leaves;
  return {
    links: whole.links.length,
    underlaySessions: pairs,
    overlaySessions: pairs,
    tenantSessions: nodes,
    sessionEnds: 2 * (pairs + pairs + nodes),
    neighbors: neighborsOf(whole, here),
  };
}

/**
 * Both ends of a cable between routers know each other's link-local address, and any node may come to know any other. Measured with 8
 * spines, 64 leaves, 128 nodes and the default of 1,024: a tenth of the sessions never came up, and most requests of eight clients
 * at once were lost.
 */
function neighborsOf(whole: Whole, here: Share): Fabric['expected']['neighbors'] {
  const least = 1024;
  const { nodes, pods, clients, links, tunnels } = here;
  const between = (all: { kind: Link['kind'] }[]): number => all.filter(({ kind }) => kind === 'fabric').length;
  return {
    ipv4: Math.max(least, nodes.length * whole.nodes.length + 4 * (nodes.length + pods.length + clients.length)),
    ipv6: Math.max(least, Math.ceil(2.5 * (between(links) + between(tunnels) / 2))),
  };
}

export { fabricInputs };
