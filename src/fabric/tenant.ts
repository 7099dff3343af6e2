// Decides the EVPN instances: two bridged subnets with an anycast gateway each, and the routed tenant they belong to.
import { addressAt, type Prefix } from './addresses.ts';
import type { Settings } from './fabric-inputs.ts';
import { type Pools, vxlanOverhead } from './room.ts';

export const tenantName = 'ip-vrf-1';

/** A bridged EVPN instance (mac-vrf). */
export type Subnet = {
  name: string;
  hosts: 'node' | 'client';
  vni: number;
  routeTarget: string;
  prefix: string;
  prefixLength: number;
  gateway: string;
  /** The same on every leaf: 00:00:5e:00:01 and the virtual router's id. */
  gatewayMac: string;
  bridge: string;
  vxlan: string;
};
/** The routed EVPN instance (ip-vrf). */
export type Tenant = {
  name: string;
  vni: number;
  asn: number;
  routeTarget: string;
  bridge: string;
  vxlan: string;
  mtu: number;
};

export function subnetsOf(settings: Settings, pools: Pools): Subnet[] {
  const subnet = (name: string, hosts: Subnet['hosts'], at: { vni: number; pool: Prefix }): Subnet => ({
    name,
    hosts,
    vni: at.vni,
    routeTarget: `${settings.overlayAs}:${at.vni}`,
    prefix: at.pool.text,
    prefixLength: at.pool.length,
    gateway: addressAt(at.pool, 1),
    gatewayMac: `00:00:5e:00:01:0${at.vni}`,
    bridge: `br${at.vni}`,
    vxlan: `vxlan${at.vni}`,
  });
  return [
    subnet('subnetA', 'node', { vni: 1, pool: pools.subnetA }),
    subnet('subnetB', 'client', { vni: 2, pool: pools.subnetB }),
  ];
}

export function tenantOf(settings: Settings): Tenant {
  return {
    name: tenantName,
    vni: 1111,
    asn: settings.tenantAs,
    routeTarget: `${settings.overlayAs}:1111`,
    bridge: 'br1111',
    vxlan: 'vxlan1111',
    mtu: Math.min(9000, settings.mtu - vxlanOverhead),
  };
}
