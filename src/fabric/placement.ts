// Decides on which host each device of a split lab is: as `placement` says, or leaves in even blocks and spines in turn. A node or
// client goes where its leaf goes, since FRRouting takes a tunnel in a leaf's bridge for one of its own; a pod goes with its node.
import { InputError } from '../core/input-error.ts';
import type { Settings } from './fabric-inputs.ts';
import { leafName, spineName, upTo } from './links.ts';

/** Between the hosts of a lab; `host` is the one whose share is meant. */
export type Placement = {
  host: string;
  /** Addresses by host. */
  hosts: Record<string, string>;
  /** Hosts of spines, leaves and `mgmt`. */
  of: Record<string, string>;
  underlay: { mtu: number; port: number; firstVni: number };
};

export const mgmtName = 'mgmt';

/** What a tunnel puts around a packet: outer IP, UDP and VXLAN headers, and the inner Ethernet header. */
export const tunnelOverhead = (hosts: Record<string, string>): number =>
  Object.values(hosts).some((address) => address.includes(':')) ? 70 : 50;

/** Undefined for a lab on one host. Throws an InputError that names the input and what is wrong with it. */
export function placementOf(settings: Settings): Placement | undefined {
  const { host, hosts, placement, underlayMtu: mtu, tunnelPort: port, firstVni } = settings;
  const names = Object.keys(hosts);
  if (names.length === 0) {
    demand(host === undefined, `host=${host} says which of \`hosts\` this machine is, and there are none.`, ['host']);
    demand(Object.keys(placement).length === 0, 'placement names hosts, and `hosts` has none.', ['placement']);
    return undefined;
  }
  if (host === undefined)
    throw new InputError(
      `hosts has ${listed(names)}, and \`host\` does not say which of them this machine is, as --set host=${names[0]} would.`,
      ['hosts'],
    );
  demand(names.includes(host), `host=${host} is none of the hosts ${listed(names)}.`, ['host']);
  demandAddresses(hosts);
  const of = Object.keys(placement).length === 0 ? blocks(settings, names) : placed(settings, names);
  for (const name of names)
    demand(
      Object.values(of).includes(name),
      `${name} has no spine and no leaf, so it is no host of this lab.`,
      ['hosts', name],
      'key',
    );
  return { host, hosts, of, underlay: { mtu, port, firstVni } };
}

function demandAddresses(hosts: Record<string, string>): void {
  const seen = new Map<string, string>();
  for (const [name, address] of Object.entries(hosts)) {
    demand(!seen.has(address), `${name} has the address ${address}, and so has ${seen.get(address)}.`, ['hosts', name]);
    seen.set(address, name);
  }
  const families = new Set([...seen.keys()].map((address) => address.includes(':')));
  demand(families.size === 1, 'hosts has IPv4 and IPv6 addresses; tunnels between hosts need one kind.', ['hosts']);
}

function blocks({ spines, leaves }: Settings, hosts: string[]): Record<string, string> {
  const at = (index: number): string => hosts[index] ?? '';
  const leafHost = (index: number): string => at(Math.floor(((index - 1) * hosts.length) / leaves));
  return Object.fromEntries([
    ...upTo(spines).map((index) => [spineName(index), at((index - 1) % hosts.length)]),
    ...upTo(leaves).map((index) => [leafName(index), leafHost(index)]),
    [mgmtName, leafHost(1)],
  ]);
}

function placed({ spines, leaves, placement }: Settings, hosts: string[]): Record<string, string> {
  const needed = [...upTo(spines).map(spineName), ...upTo(leaves).map(leafName)];
  for (const [device, host] of Object.entries(placement)) {
    const known = device === mgmtName || needed.includes(device);
    demand(
      known,
      `placement has ${device}, and what is placed is spine1 to spine${spines}, leaf1 to leaf${leaves} and ${mgmtName}; nodes and clients go where their leaf goes.`,
      ['placement', device],
      'key',
    );
    demand(hosts.includes(host), `placement puts ${device} on ${host}, which is none of the hosts ${listed(hosts)}.`, [
      'placement',
      device,
    ]);
  }
  const missing = needed.filter((device) => !Object.hasOwn(placement, device));
  demand(missing.length === 0, `placement has no host for ${listed(missing)}.`, ['placement'], 'key');
  return { [mgmtName]: placement[leafName(1)] ?? '', ...placement };
}

function listed(names: string[]): string {
  const most = 8;
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

function demand(holds: boolean, otherwise: string, path: string[], where?: 'key' | 'value'): asserts holds {
  if (!holds) throw new InputError(otherwise, path, where);
}
