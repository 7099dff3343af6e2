// Decides which BGP sessions a router of the fabric has: underlay by interface, EVPN overlay between loopbacks, tenant to the nodes.
import type { Settings } from './fabric-inputs.ts';
import { tenantName } from './tenant.ts';

export type Family = 'ipv4-unicast' | 'ipv6-unicast' | 'l2vpn-evpn';
export type Session = {
  /** Unique on its router, e.g. `underlay-spine1`. */
  name: string;
  kind: 'underlay' | 'overlay' | 'tenant';
  /** The device at the other end. */
  peer: string;
  vrf: string;
  /** How this router knows the peer: an interface (link-local, unnumbered) or an address. */
  neighbor: string;
  localAs: number;
  remoteAs: number;
  families: Family[];
};

/** A neighbouring fabric router as this one sees it. */
export type Neighbor = { name: string; interface: string; address: string; underlayAs: number };

export function fabricSessions(settings: Settings, ownAs: number, neighbors: Neighbor[]): Session[] {
  return [
    ...neighbors.map(
      ({ name, interface: port, underlayAs }): Session => ({
        name: `underlay-${name}`,
        kind: 'underlay',
        peer: name,
        vrf: 'default',
        neighbor: port,
        localAs: ownAs,
        remoteAs: underlayAs,
        families: ['ipv4-unicast', 'ipv6-unicast'],
      }),
    ),
    ...neighbors.map(
      ({ name, address }): Session => ({
        name: `overlay-${name}`,
        kind: 'overlay',
        peer: name,
        vrf: 'default',
        neighbor: address,
        localAs: settings.overlayAs,
        remoteAs: settings.overlayAs,
        families: ['l2vpn-evpn'],
      }),
    ),
  ];
}

export function tenantSessions(
  settings: Settings,
  nodes: readonly { readonly name: string; readonly address: string }[],
): Session[] {
  return nodes.map(({ name, address }) => ({
    name: `tenant-${name}`,
    kind: 'tenant',
    peer: name,
    vrf: tenantName,
    neighbor: address,
    localAs: settings.tenantAs,
    remoteAs: settings.tenantAs,
    families: ['ipv4-unicast'],
  }));
}
