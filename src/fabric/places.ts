// Decides what there is to be in: the machines of the lab, the network namespaces the embedded variant gives them, and the names users enter.
import type { Client, KubernetesNode, Pod } from './hosts.ts';
import type { Leaf, Spine } from './routers.ts';

type Role = 'spine' | 'leaf' | 'leaf-tenant' | 'node' | 'pod' | 'client' | 'mgmt';
export type Device = { name: string; role: Exclude<Role, 'leaf-tenant'>; namespaces: string[] };
/** A network namespace of the embedded variant: exactly one device's, and the interfaces it will have. */
export type Namespace = { name: string; role: Role; device: string; interfaces: string[] };
/** Somewhere a user can open a shell; `tenant` places exist in the embedded variant only. */
export type Place = { name: string; role: Role; device: string; namespace: string };

type Members = { spines: Spine[]; leaves: Leaf[]; nodes: KubernetesNode[]; pods: Pod[]; clients: Client[] };

export function namespacesOf({ spines, leaves, nodes, pods, clients }: Members): Namespace[] {
  const own = (role: Role, name: string, interfaces: string[]): Namespace => ({ name, role, device: name, interfaces });
  return [
    ...spines.map((spine) => own('spine', spine.name, spine.fabricInterfaces)),
    ...leaves.map((leaf) => own('leaf', leaf.name, leaf.fabricInterfaces)),
    ...leaves.map(
      (leaf): Namespace => ({
        name: leaf.tenantNamespace,
        role: 'leaf-tenant',
        device: leaf.name,
        interfaces: leaf.hostInterfaces,
      }),
    ),
    ...nodes.map((node) => own('node', node.name, [node.mgmtInterface, node.interface, ...node.podInterfaces])),
    ...pods.map((pod) => own('pod', pod.name, [pod.interface])),
    ...clients.map((client) => own('client', client.name, [client.interface])),
    own(
      'mgmt',
      'mgmt',
      nodes.map((node) => `port${node.index}`),
    ),
  ];
}

export function devicesOf(namespaces: Namespace[]): Device[] {
  const tenants = new Map(namespaces.filter((one) => one.role === 'leaf-tenant').map((one) => [one.device, one.name]));
  return namespaces.flatMap(({ name, role }) => {
    if (role === 'leaf-tenant') return [];
    const tenant = tenants.get(name);
    return [{ name, role, namespaces: tenant === undefined ? [name] : [name, tenant] }];
  });
}

export function placesOf(namespaces: Namespace[]): Place[] {
  return namespaces
    .filter((one) => one.role !== 'mgmt')
    .map(({ name, role, device }) => ({ name, role, device, namespace: name }));
}
