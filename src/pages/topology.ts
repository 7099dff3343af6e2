// The one place that knows how a model of a network becomes a picture: for models that have links between places, as `fabric` has.
import type { Fabric } from '../fabric/fabric.ts';
import type { Topology, TopologyAddress, TopologyNode, TopologySession } from '../report/topology.ts';

/** Undefined for a model of another kind, or none: then there is nothing to draw. */
export const topologyOf = (model: unknown): Topology | undefined => {
  if (!isFabric(model)) return undefined;
  return {
    title: `Topology of ${model.name}`,
    nodes: nodesOf(model),
    links: linksOf(model),
    sessions: sessionsOf(model),
  };
};

const isFabric = (model: unknown): model is Fabric => {
  if (typeof model !== 'object' || model === null) return false;
  return ['spines', 'leaves', 'nodes', 'clients', 'pods', 'links', 'hostLinks'].every((name) =>
    Array.isArray((model as Record<string, unknown>)[name]),
  );
};

const nodesOf = (fabric: Fabric): TopologyNode[] => {
  const { spines, leaves, nodes, clients, pods, mgmt, service } = fabric;
  const own = (label: string, text: string): TopologyAddress => ({ label, text });
  return [
    ...spines.map(({ name, asn, address }) => ({
      name,
      role: 'spine',
      shape: 'router' as const,
      note: `AS ${asn}`,
      addresses: [own('lo', address)],
    })),
    ...leaves.map(({ name, asn, address }) => ({
      name,
      role: 'leaf',
      shape: 'switch' as const,
      note: `AS ${asn}`,
      addresses: [own('lo', address)],
    })),
    ...nodes.map(({ name, asn, address, interface: port, mgmtAddress, mgmtInterface, leaf }) => ({
      ...{ name, role: 'node', shape: 'server' as const, note: `AS ${asn}`, group: leaf },
      addresses: [
        own(port, address),
        own(mgmtInterface, mgmtAddress),
        // The fabric reaches the service by a route whose next hop is the node.
        { label: 'service', text: service.vip, shownAs: address },
      ],
    })),
    ...clients.map(({ name, address, interface: port, leaf }) => ({
      name,
      role: 'client',
      shape: 'host' as const,
      group: leaf,
      addresses: [own(port, address)],
    })),
    ...pods.map(({ name, address, interface: port, node }) => ({
      name,
      role: 'pod',
      shape: 'pod' as const,
      group: node,
      addresses: [own(port, address)],
    })),
    { name: mgmt.name, role: 'bridge', shape: 'bridge', addresses: [own(mgmt.bridge, mgmt.gateway)] },
  ];
};

/** From the spines down: clients are plugged in from their side, yet stand below their leaf. */
const linksOf = ({ links, hostLinks }: Fabric): Topology['links'] =>
  [...links, ...hostLinks].map(({ name, kind, a, b }) => {
    const one = { node: a.node, port: a.interface };
    const two = { node: b.node, port: b.interface };
    const [upper, lower] = kind === 'client' ? [two, one] : [one, two];
    const carries =
      kind === 'fabric'
        ? [sessionName('underlay', upper.node, lower.node)]
        : kind === 'node'
          ? [sessionName('tenant', upper.node, lower.node)]
          : [];
    return { name, kind, a: upper, b: lower, carries };
  });

const sessionName = (kind: string, a: string, b: string): string => `${kind} ${a}–${b}`;

/** Each session once: seen from the spine or, towards nodes, from the leaf. */
const sessionsOf = ({ spines, leaves, nodes }: Fabric): TopologySession[] => {
  const routers = new Map([...spines, ...leaves, ...nodes].map((router) => [router.name, router]));
  const far = (from: string, peer: string, kind: string): string =>
    routers.get(peer)?.sessions.find((session) => session.peer === from && session.kind === kind)?.neighbor ?? from;
  const probe = (router: string, vrf: string): string => (vrf === 'default' ? `BGP ${router}` : `BGP ${router} ${vrf}`);
  return [...spines, ...leaves].flatMap(({ name, sessions }) =>
    sessions
      .filter(
        ({ kind, peer }) =>
          kind === 'tenant' ||
          spines.some((spine) => spine.name === name) ||
          !spines.some((spine) => spine.name === peer),
      )
      .map(({ kind, peer, neighbor, vrf }) => ({
        name: sessionName(kind, name, peer),
        kind,
        ends: [
          { node: name, probe: probe(name, vrf), neighbor },
          { node: peer, probe: probe(peer, 'default'), neighbor: far(name, peer, kind) },
        ],
      })),
  );
};
