// Decides which port of what is wired to which: the cables of the lab, and the ones inside a node that only the embedded variant lays.
import type { Settings } from './fabric-inputs.ts';

/** `namespace` is where the end lives in the embedded variant: host ports of a leaf sit in its tenant namespace. */
export type LinkEnd = { node: string; interface: string; namespace: string };
export type Link = {
  name: string;
  kind: 'fabric' | 'node' | 'client' | 'mgmt' | 'pod';
  /**
   * `index` is the interface's number in its namespace, far from those the kernel gives out. Ends of the same number look to Linux
   * like no cable, and it tells of their carrier no sooner than once a second, which holds everything back that waits for it.
   */
  a: LinkEnd & { index: number };
  b: LinkEnd;
  mtu: number;
};

export const spineName = (index: number): string => `spine${index}`;
export const leafName = (index: number): string => `leaf${index}`;
export const clientName = (index: number): string => `client${index}`;
export const tenantNamespace = (leaf: string): string => `${leaf}-vrf`;
export const podName = (node: number, index: number): string => `pod${node}-${index}`;

/** As minikube names them: cluster1, cluster1-m02, cluster1-m03, … */
export function nodeName(cluster: string, index: number): string {
  return index === 1 ? cluster : `${cluster}-m${String(index).padStart(2, '0')}`;
}

/** The leaf the index-th host hangs on, and the port there: odd ports for nodes, even ones for clients. */
export function attachment(kind: 'node' | 'client', index: number, leaves: number): { leaf: string; port: string } {
  const round = Math.floor((index - 1) / leaves);
  return { leaf: leafName(((index - 1) % leaves) + 1), port: `e1-${2 * round + (kind === 'node' ? 1 : 2)}` };
}

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

export function linksOf({ spines, leaves, nodes, clients, cluster, mtu, accessMtu }: Settings): Link[] {
  const fabric = upTo(spines).flatMap((spine) =>
    upTo(leaves).map((leaf) =>
      link('fabric', mtu, [end(spineName(spine), `e1-${leaf}`), end(leafName(leaf), `e1-${48 + spine}`)]),
    ),
  );
  const hosts = (kind: 'node' | 'client', count: number, nameOf: (index: number) => string): Link[] =>
    upTo(count).map((index) => {
      const { leaf, port } = attachment(kind, index, leaves);
      const ends = [end(leaf, port, tenantNamespace(leaf)), end(nameOf(index), 'eth1')] as const;
      return link(kind, accessMtu, kind === 'node' ? [ends[0], ends[1]] : [ends[1], ends[0]]);
    });
  return [
    ...fabric,
    ...hosts('node', nodes, (index) => nodeName(cluster, index)),
    ...hosts('client', clients, clientName),
  ];
}

/** What docker and the CNI plugin do for real clusters: nodes to the management bridge, pods to their node. */
export function hostLinksOf({ nodes, podsPerNode, cluster, mtu, accessMtu }: Settings): Link[] {
  const mgmt = upTo(nodes).map((node) =>
    link('mgmt', Math.min(1500, mtu), [end(nodeName(cluster, node), 'eth0'), end('mgmt', `port${node}`)]),
  );
  const pods = upTo(nodes).flatMap((node) =>
    upTo(podsPerNode).map((index) =>
      link('pod', accessMtu, [end(nodeName(cluster, node), `pod${index}`), end(podName(node, index), 'eth0')]),
    ),
  );
  return [...mgmt, ...pods];
}

function end(node: string, port: string, namespace = node): LinkEnd {
  return { node, interface: port, namespace };
}

function link(kind: Link['kind'], mtu: number, [a, b]: [LinkEnd, LinkEnd]): Link {
  const name = `${a.node}:${a.interface}--${b.node}:${b.interface}`;
  return { name, kind, a: { ...a, index: indexOf(a.interface) }, b, mtu };
}

export function indexOf(port: string): number {
  return 1000 + Number(/\d+$/.exec(port)?.[0] ?? 0);
}
