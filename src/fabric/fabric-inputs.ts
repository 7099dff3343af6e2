// The few values a lab is drawn from, with the defaults of the original lab. Whether they fit together is decided in room.ts.
import * as z from 'zod';
import { ipv4, prefix } from './addresses.ts';

const pool = (fallback: string) =>
  z
    .string()
    .refine((text) => prefix(text) !== undefined, 'is not an IPv4 prefix such as 192.168.1.0/24 (host bits must be 0)')
    .default(fallback);

const count = (fallback: number) => z.int().min(1).max(4096).default(fallback);
const asn = (fallback: number, max = 4294967294) => z.int().min(1).max(max).default(fallback);
const label = (fallback: string) =>
  z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/, 'is not a name of lower-case letters, digits and dashes')
    .default(fallback);

const hostName = z
  .string()
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9.-]{0,62})$/,
    'is not a name of letters, digits, dots and dashes, which begins with one of the first two',
  );
const isAddress = (text: string): boolean => ipv4(text) !== undefined || z.ipv6().safeParse(text).success;

export const fabricInputs = z.object({
  spines: count(2).describe('Spine routers; each is a route reflector'),
  leaves: count(4).describe('Leaf routers'),
  nodes: count(3).describe('Kubernetes nodes; node N hangs on leaf N, starting over after the last leaf'),
  clients: count(4).describe('Clients; client N hangs on leaf N, starting over after the last leaf'),
  podsPerNode: count(1).describe('Pods of the service on every node'),

  lab: label('srlk8s').describe('Name of the lab'),
  cluster: label('cluster1').describe('Name of the cluster; nodes are called cluster1, cluster1-m02, …'),
  service: label('nginxhello').describe('Name of the anycast service'),
  servicePort: z.int().min(1).max(65535).default(80).describe('TCP port of the service'),

  leafLoopbacks: pool('10.0.1.0/24').describe('System addresses of the leaves'),
  spineLoopbacks: pool('10.1.0.0/24').describe('System addresses of the spines'),
  loopbacks6: z
    .string()
    .regex(
      /^([1-9a-f][0-9a-f]{0,3}):(?:(?:0|[1-9a-f][0-9a-f]{0,3}):){2}(?:0|[1-9a-f][0-9a-f]{0,3})::\/64$/,
      'is not four groups and ::/64',
    )
    .default('2001:1600:0:100b::/64')
    .describe('IPv6 system addresses: these four groups, then the four numbers of the IPv4 one'),
  fabricPrefix: pool('192.168.0.0/16').describe('What a node routes into the fabric'),
  subnetA: pool('192.168.1.0/24').describe('Subnet of the nodes'),
  subnetB: pool('192.168.2.0/24').describe('Subnet of the clients'),
  pods: pool('192.168.16.0/20').describe('Pods, one /24 a node'),
  vipPool: pool('192.168.33.0/24').describe('Service addresses'),
  vip: z
    .string()
    .refine((text) => ipv4(text) !== undefined, 'is not an IPv4 address')
    .optional()
    .describe('Address of the service; the tenth of vipPool unless given'),
  mgmt: pool('192.168.49.0/24').describe('Management network of the nodes'),
  pins: pool('10.255.0.0/16').describe('Dummy host routes that keep router MACs referenced (FRR only)'),

  overlayAs: asn(64321, 65535).describe('AS of the EVPN overlay (also the first half of route targets)'),
  spineAs: asn(64601).describe('AS of all spines in the underlay'),
  leafAsBase: asn(65001).describe('AS of leaf1 in the underlay; leaf N has N-1 more'),
  tenantAs: asn(65535).describe('AS of the tenant: leaf and node speak iBGP'),

  policy: z.enum(['Cluster', 'Local']).default('Cluster').describe('externalTrafficPolicy of the service'),
  snatSource: z
    .enum(['fabric', 'mgmt'])
    .default('fabric')
    .describe('Address a node hides clients behind; mgmt lets replies bypass the fabric, as the original lab saw'),
  mtu: z.int().min(1550).max(9500).default(9232).describe('MTU of spine-leaf links'),
  accessMtu: z.int().min(1280).max(9450).default(1500).describe('MTU of links to nodes, pods and clients'),

  host: hostName.optional().describe('Of a lab over several hosts: which of `hosts` this machine is'),
  hosts: z
    .record(
      hostName,
      z.string().refine((text) => isAddress(text), 'is not an IP address'),
    )
    .default({})
    .describe('The hosts that share the lab, and the address of each between them'),
  placement: z
    .record(z.string(), z.string())
    .default({})
    .describe('The host of each spine and leaf, and of `mgmt`; leaves in blocks and spines in turn unless given'),
  underlayMtu: z
    .int()
    .min(1400)
    .max(65535)
    .default(1500)
    .describe('Largest packet that passes between the hosts whole'),
  tunnelPort: z.int().min(1).max(65535).default(14789).describe('UDP port of the tunnels between hosts'),
  firstVni: z
    .int()
    .min(1)
    .max(16_000_000)
    .default(5000)
    .describe('VNI of the tunnel of the first link; the next has one more'),
});

export type FabricInputs = z.input<typeof fabricInputs>;
export type Settings = z.output<typeof fabricInputs>;
