// Decides what nodes, pods and clients are called, where they hang and which addresses they have.
import { addressAt, macOf, type Prefix, subnetAt } from './addresses.ts';
import type { Settings } from './fabric-inputs.ts';
import { attachment, clientName, nodeName, podName, upTo } from './links.ts';
import { hostOffset, type Pools, podOffset, podPrefixLength } from './room.ts';
import type { Session } from './sessions.ts';

/** Where a host is plugged in, and its address there. */
type Attached = {
  name: string;
  index: number;
  leaf: string;
  leafPort: string;
  interface: string;
  address: string;
  /** Its own for good: neighbors that remember one of a host that was made anew send to nobody for half a minute. */
  mac: string;
  prefixLength: number;
  gateway: string;
};

export type KubernetesNode = Attached & {
  asn: number;
  routerId: string;
  mgmtInterface: string;
  mgmtAddress: string;
  mgmtMac: string;
  podPrefix: string;
  podGateway: string;
  podGatewayMac: string;
  podPrefixLength: number;
  /** Names of its pods and the node's ends of their links. */
  pods: string[];
  podInterfaces: string[];
  /** What the node puts in place of a client's address when it forwards a request to another node's pod. */
  snatAddress: string;
  sessions: Session[];
};
export type Pod = {
  name: string;
  node: string;
  interface: string;
  address: string;
  mac: string;
  prefixLength: number;
  gateway: string;
  port: number;
};
export type Client = Attached;

export function nodesOf(settings: Settings, pools: Pools): KubernetesNode[] {
  return upTo(settings.nodes).map((index) => {
    const at = attached({ kind: 'node', index, settings, subnet: pools.subnetA });
    const mgmtAddress = addressAt(pools.mgmt, index + 1);
    const pods = podSubnet(pools, index);
    const podGateway = addressAt(pods, 1);
    return {
      ...at,
      asn: settings.tenantAs,
      routerId: at.address,
      mgmtInterface: 'eth0',
      mgmtAddress,
      mgmtMac: macOf(mgmtAddress),
      podPrefix: pods.text,
      podGateway,
      podGatewayMac: macOf(podGateway),
      podPrefixLength,
      pods: upTo(settings.podsPerNode).map((pod) => podName(index, pod)),
      podInterfaces: upTo(settings.podsPerNode).map((pod) => `pod${pod}`),
      snatAddress: settings.snatSource === 'mgmt' ? mgmtAddress : at.address,
      sessions: [gatewaySession(settings, at)],
    };
  });
}

export function podsOf(settings: Settings, pools: Pools): Pod[] {
  return upTo(settings.nodes).flatMap((node) => {
    const subnet = podSubnet(pools, node);
    return upTo(settings.podsPerNode).map((index) => {
      const address = addressAt(subnet, podOffset + index);
      return {
        name: podName(node, index),
        node: nodeName(settings.cluster, node),
        interface: 'eth0',
        address,
        mac: macOf(address),
        prefixLength: podPrefixLength,
        gateway: addressAt(subnet, 1),
        port: settings.servicePort,
      };
    });
  });
}

export function clientsOf(settings: Settings, pools: Pools): Client[] {
  return upTo(settings.clients).map((index) => attached({ kind: 'client', index, settings, subnet: pools.subnetB }));
}

function podSubnet(pools: Pools, node: number): Prefix {
  return subnetAt(pools.pods, podPrefixLength, node - 1);
}

/** Every node dials the anycast gateway; the one on its own leaf answers. */
function gatewaySession(settings: Settings, { leaf, gateway }: Attached): Session {
  return {
    name: `tenant-${leaf}`,
    kind: 'tenant',
    peer: leaf,
    vrf: 'default',
    neighbor: gateway,
    localAs: settings.tenantAs,
    remoteAs: settings.tenantAs,
    families: ['ipv4-unicast'],
  };
}

type Place = { kind: 'node' | 'client'; index: number; settings: Settings; subnet: Prefix };

function attached({ kind, index, settings, subnet }: Place): Attached {
  const { leaf, port } = attachment(kind, index, settings.leaves);
  const address = addressAt(subnet, hostOffset + index);
  return {
    name: kind === 'node' ? nodeName(settings.cluster, index) : clientName(index),
    index,
    leaf,
    leafPort: port,
    interface: 'eth1',
    address,
    mac: macOf(address),
    prefixLength: subnet.length,
    gateway: addressAt(subnet, 1),
  };
}
