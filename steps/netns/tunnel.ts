// A cable to a device on another host: one end of a point-to-point VXLAN whose outer packets go over the hosts' own network.
import * as z from 'zod';
import { defineStep, type Seen, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { inCapsule } from './capsule-entry.ts';
import { type Link, linksAt } from './capsule-world.ts';
import { ipBatchFromHost } from './ip-batch.ts';
import { namespaceLook } from './namespace-look.ts';
import { gone, lookAtOrGone } from './namespaces.ts';
import { kernelAddress } from './wanted.ts';

const input = z.strictObject({
  tunnel: z
    .looseObject({
      name: z.string(),
      a: z.looseObject({ namespace: z.string(), interface: z.string(), index: z.int().positive() }),
      mac: z.string(),
      mtu: z.int(),
      vni: z.int(),
      port: z.int(),
      local: z.string(),
      remote: z.string(),
    })
    .describe(
      'A tunnel of the share: `name`, its end here `a` with `index` and `mac`, `mtu`, `vni`, UDP `port`, addresses of this host and the other',
    ),
  capsule: z.string().default('lab').describe('The capsule it is in'),
});
type Tunnel = z.output<typeof input>['tunnel'];

export const netnsTunnel = defineStep({
  name: 'netns.tunnel',
  summary:
    'One end of a cable to another host: a point-to-point VXLAN in a namespace, with its socket on the host; root only',
  input,
  describe: ({ tunnel }) => tunnelCommand(tunnel),
  creates: ({ tunnel, capsule }) => [{ kind: 'tunnel', name: tunnel.name, within: `capsule/${capsule}` }],
  async check({ tunnel }, context) {
    const [link, leads] = await Promise.all([endOf(tunnel, context), destinationsOf(tunnel, context)]);
    return tunnelSeen(tunnel, link, leads);
  },
  async run({ tunnel }, context) {
    if (context.host.uid !== 0)
      throw new StepError('a tunnel to another host needs root: its socket is in the network of this one', {
        final: true,
      });
    const { namespace, interface: name } = tunnel.a;
    const [there, leads] = await Promise.all([endOf(tunnel, context), destinationsOf(tunnel, context)]);
    if (there && madeOtherwise(tunnel, there, leads) === undefined) {
      // What can be changed of it is changed: sessions over it go on.
      await inCapsule(context, ['ip', '-n', namespace, 'link', 'set', 'dev', name, 'mtu', String(tunnel.mtu)]);
      await inCapsule(context, ['ip', '-n', namespace, 'link', 'set', 'dev', name, 'address', tunnel.mac]);
      return {};
    }
    if (there) await inCapsule(context, ['ip', '-n', namespace, 'link', 'del', 'dev', name]);
    await make(tunnel, context);
    return {};
  },
  async undo({ tunnel }, context) {
    const { namespace, interface: name } = tunnel.a;
    const world = await lookAtOrGone(context, [namespace]);
    if (world?.links.get(namespace)?.has(name))
      await inCapsule(context, ['ip', '-n', namespace, 'link', 'del', 'dev', name]);
  },
  async absent({ tunnel }, context) {
    const { namespace, interface: name } = tunnel.a;
    const world = await lookAtOrGone(context, [namespace]);
    return gone(world?.links.get(namespace)?.has(name) ? [`${namespace} ${name}`] : [], world);
  },
});

const pauseMs = 100;
const patienceMs = 10_000;

/**
 * The kernel knows VNIs by host and port, whichever namespace or capsule the tunnel is in, and takes those of a namespace that was
 * deleted away a little later. @throws StepError when the VNI stays taken
 */
const make = async (tunnel: Tunnel, context: StepContext): Promise<void> => {
  for (let waited = 0; ; waited += pauseMs) {
    try {
      await ipBatchFromHost(context, [tunnelCommand(tunnel)]);
      return;
    } catch (error) {
      if (!(error instanceof StepError && /VNI already exists/.test(error.message))) throw error;
      if (waited >= patienceMs) throw new StepError(taken(tunnel), { final: true });
      context.progress('waiting until the kernel has taken away an earlier tunnel of that VNI');
    }
    await context.host.clock.sleep(pauseMs, context.signal);
  }
};

const taken = ({ vni, port }: Tunnel): string =>
  `this host has another tunnel with VNI ${vni} on UDP port ${port}, as a second split lab would; give one of the labs another firstVni or tunnelPort, the same on all its hosts`;

/** Packets that do not fit between the hosts are dropped rather than cut: a path that became narrower is to be seen. */
const tunnelCommand = ({ a, mac, mtu, vni, port, local, remote }: Tunnel): string =>
  `link add ${a.interface} index ${a.index} netns ${a.namespace} mtu ${mtu} address ${mac} type vxlan id ${vni} local ${local} remote ${remote} dstport ${port} nolearning df set`;

const endOf = async ({ a }: Tunnel, context: StepContext): Promise<Link | undefined> =>
  (await linksAt(context, [a.namespace])).get(a.namespace)?.get(a.interface);

interface Destination {
  readonly ifname: string;
  readonly mac: string;
  readonly dst?: string;
}

/** Where a VXLAN sends what is for a MAC; 00:00:00:00:00:00 stands for all others. */
const destinationsIn = namespaceLook(
  'destinations',
  'bridge -n "$n" -j fdb show 2>/dev/null',
  (text) => JSON.parse(text || '[]') as readonly Destination[],
);

const destinationsOf = async ({ a }: Tunnel, context: StepContext): Promise<readonly Destination[]> =>
  ((await destinationsIn(context, a.namespace)) ?? []).filter(
    ({ ifname, dst }) => ifname === a.interface && dst !== undefined,
  );

const tunnelSeen = (tunnel: Tunnel, link: Link | undefined, leads: readonly Destination[]): Seen => {
  const where = `${tunnel.a.interface} in ${tunnel.a.namespace}`;
  if (!link) return { holds: false, saw: `${where} is not there` };
  const unlike = madeOtherwise(tunnel, link, leads);
  if (unlike !== undefined) return { holds: false, saw: `${where} ${unlike}` };
  if (link.mtu !== tunnel.mtu) return { holds: false, saw: `${where} has MTU ${link.mtu}, not ${tunnel.mtu}` };
  if (link.address !== tunnel.mac) return { holds: false, saw: `${where} has MAC ${link.address}, not ${tunnel.mac}` };
  return { holds: true, saw: `its end here leads to ${tunnel.remote}` };
};

/** What can't be changed of a tunnel that is there. */
const madeOtherwise = (
  { vni, port, local, remote }: Tunnel,
  { linkinfo, link_netnsid }: Link,
  leads: readonly Destination[],
): string | undefined => {
  if (linkinfo?.info_kind !== 'vxlan') return 'is no VXLAN';
  const is = linkinfo.info_data ?? {};
  const family = local.includes(':') ? '6' : '';
  const ends = { [`local${family}`]: kernelAddress(local), [`remote${family}`]: kernelAddress(remote) };
  const wanted = { id: vni, ...ends, port, learning: false, df: 'set' };
  for (const [key, value] of Object.entries(wanted))
    if (is[key] !== value) return `has ${key} ${is[key] ?? 'not set'}, not ${value}`;
  const to = leads.map(({ mac, dst }) => `${mac} ${dst}`);
  const right = `00:00:00:00:00:00 ${kernelAddress(remote)}`;
  if (!to.includes(right)) return `leads nowhere, not to ${remote}`;
  if (to.length > 1) return `leads elsewhere, too: ${to.find((each) => each !== right)}`;
  // One that was made where it is has its socket there, in the lab, where no other host is reached.
  return link_netnsid === undefined ? 'has its socket in the lab, not on the host' : undefined;
};
