// Decides what of a lab belongs to one of its hosts. A link whose ends lie on two hosts is a tunnel to each of them.
import type { Fabric } from './fabric.ts';
import type { Client, KubernetesNode, Pod } from './hosts.ts';
import { indexOf, type Link, type LinkEnd } from './links.ts';
import type { Placement } from './placement.ts';
import type { Device, Namespace, Place } from './places.ts';
import type { Leaf, Spine } from './routers.ts';

/** One end of a link to another host: a point-to-point VXLAN, whose packets go over the network between the hosts. */
export type Tunnel = {
  /** That of the link: both hosts call it so. */
  name: string;
  kind: Link['kind'];
  /** The end on this host. */
  a: LinkEnd & { index: number };
  /** The same whenever it is made anew: the other end, which stays, goes on speaking to it. */
  mac: string;
  mtu: number;
  vni: number;
  port: number;
  local: string;
  remote: string;
  /** The host of the other end. */
  host: string;
};

/** What one host runs and proves. Of a lab on one host it is all of the lab. */
export type Share = {
  /** '' for a lab on one host. */
  host: string;
  spines: Spine[];
  leaves: Leaf[];
  nodes: KubernetesNode[];
  pods: Pod[];
  clients: Client[];
  /** Those with both ends here. */
  links: Link[];
  hostLinks: Link[];
  tunnels: Tunnel[];
  devices: Device[];
  namespaces: Namespace[];
  places: Place[];
  /** Whether the management bridge is here. */
  mgmt: boolean;
  /** The hosts at the other ends of tunnels; `mtu` is the largest packet that must reach them whole. */
  peers: { name: string; address: string; mtu: number }[];
};

/** The lab before it is shared out. */
export type Whole = Omit<Fabric, 'share' | 'expected'>;

export function share(fabric: Whole, placement?: Placement): Share {
  const hostOf = hostsOf(fabric, placement);
  const host = placement?.host ?? '';
  const here = (device: string): boolean => hostOf.get(device) === host;
  const whole = ({ a, b }: Link): boolean => here(a.node) && here(b.node);
  const named = <T extends { name: string }>(all: T[]): T[] => all.filter(({ name }) => here(name));
  const owned = <T extends { device: string }>(all: T[]): T[] => all.filter(({ device }) => here(device));
  const tunnels = placement === undefined ? [] : tunnelsOf(fabric, placement, hostOf);
  return {
    host,
    spines: named(fabric.spines),
    leaves: named(fabric.leaves),
    nodes: named(fabric.nodes),
    pods: named(fabric.pods),
    clients: named(fabric.clients),
    links: fabric.links.filter(whole),
    hostLinks: fabric.hostLinks.filter(whole),
    tunnels,
    devices: named(fabric.devices),
    namespaces: owned(fabric.namespaces),
    places: owned(fabric.places),
    mgmt: here(fabric.mgmt.name),
    peers: [...new Set(tunnels.map((tunnel) => tunnel.host))].map((name) => ({
      name,
      address: placement?.hosts[name] ?? '',
      mtu: placement?.underlay.mtu ?? 0,
    })),
  };
}

/** The host of every device; all are on the host '' when there is no placement. */
function hostsOf(fabric: Whole, placement: Placement | undefined): Map<string, string> {
  const hosts = new Map<string, string>();
  const put = (device: string, host: string | undefined): void => {
    hosts.set(device, host ?? '');
  };
  for (const { name } of [...fabric.spines, ...fabric.leaves, fabric.mgmt]) put(name, placement?.of[name]);
  for (const { name, leaf } of [...fabric.nodes, ...fabric.clients]) put(name, hosts.get(leaf));
  for (const { name, node } of fabric.pods) put(name, hosts.get(node));
  return hosts;
}

/** A link's VNI follows from its place in the whole lab, so both of its hosts know it, and it stays when devices move. */
function tunnelsOf(fabric: Whole, { host, hosts, underlay }: Placement, hostOf: Map<string, string>): Tunnel[] {
  return [...fabric.links, ...fabric.hostLinks].flatMap(({ name, kind, mtu, a, b }, at) => {
    const ends = [hostOf.get(a.node) ?? '', hostOf.get(b.node) ?? ''];
    const side = ends.indexOf(host);
    const far = ends[1 - side];
    if (side < 0 || far === undefined || far === host) return [];
    const near = side === 0 ? a : b;
    const vni = underlay.firstVni + at;
    return [
      {
        ...{ name, kind, mtu, vni, mac: macOfEnd(fabric, near, { vni, side }) },
        a: { ...near, index: indexOf(near.interface) },
        ...{ port: underlay.port, local: hosts[host] ?? '', remote: hosts[far] ?? '', host: far },
      },
    ];
  });
}

/** A node's own where it has one; else one that no other end of the lab has. */
function macOfEnd(fabric: Whole, end: LinkEnd, { vni, side }: { vni: number; side: number }): string {
  const node = fabric.nodes.find(({ name, mgmtInterface }) => name === end.node && mgmtInterface === end.interface);
  const bytes = [2, 1, Math.floor(vni / 2 ** 16), Math.floor(vni / 2 ** 8) % 256, vni % 256, side];
  return node?.mgmtMac ?? bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
