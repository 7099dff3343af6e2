// Starting FRRouting's daemons in the capsule: their arguments, the mount namespace a tenant VRF needs, and a cure for zebra 8.4.
import { type StepContext, StepError } from '../src/engine/step-type.ts';
import { folderOf, fromHost, inCapsule, needCapsule } from './capsule-world.ts';
import { killIn } from './netns.ts';
import { askNow } from './vty.ts';

export interface RouterPlace {
  readonly device: { readonly name: string };
  readonly namespaces: readonly { readonly name: string }[];
  readonly kind: 'spine' | 'leaf' | 'node';
  readonly vrf?: string | undefined;
}

/** A part of a daemon's command line that only this router's has. */
export const daemonMark = (daemon: 'zebra' | 'bgpd', device: string): string => `${daemon}.pid -f ${folderOf(device)}/`;

export const startBgpd = (router: RouterPlace, context: StepContext): Promise<void> => {
  // A node only announces, so its bgpd runs without a zebra and never listens.
  const options = router.kind === 'node' ? '-Z -n' : '-z "$1/zserv.api"';
  return spawn(router, context, `bgpd" ${options}`, 'bgpd');
};

const attempts = 5;

/**
 * With several namespaces zebra 8.4 may mix up the kernel's answers while it starts ("bad sequence number" in its log), and then
 * misses interfaces for good. It is started again until it has read the kernel right. @throws StepError when it never does.
 */
export const startZebra = async (router: RouterPlace, context: StepContext): Promise<void> => {
  const { device, vrf } = router;
  const pid = await needCapsule(context);
  const misread = async (): Promise<number> =>
    ((await context.host.readFile(fromHost(pid, `${folderOf(device.name)}/frr.log`))) ?? '').match(
      /bad sequence number/g,
    )?.length ?? 0;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const before = await misread();
    await spawn(router, context, `zebra" ${vrf === undefined ? '' : '-n'} -z "$1/zserv.api"`, 'zebra');
    if (vrf === undefined) return;
    const shown = await askNow(context, { router: device.name, daemon: 'zebra', command: 'show vrf' });
    if ((await misread()) === before && new RegExp(`vrf ${vrf} id \\d+ netns`).test(shown)) return;
    context.log(`zebra of ${device.name} misread the kernel; starting it again`);
    const running = Number((await context.host.readFile(fromHost(pid, `${folderOf(device.name)}/zebra.pid`)))?.trim());
    if (running > 0) await killIn(context, [running]);
  }
  throw new StepError(`zebra of ${device.name} did not find its tenant VRF in ${attempts} starts`);
};

/** Without root FRR's setgroups is refused in the user namespace; the shim answers it with success before the daemon starts. */
const shim = ({ host, projectDir }: StepContext): string =>
  host.uid === 0 ? '' : `perl "${projectDir}/assets/frr-netns/allow-setgroups.pl" `;

/** -d returns once the configuration is read, so what comes next finds the daemon answering. */
const spawn = async (
  router: RouterPlace,
  context: StepContext,
  program: string,
  daemon: 'zebra' | 'bgpd',
): Promise<void> => {
  const { device, namespaces } = router;
  const [own, tenant] = namespaces;
  const start = `chown frr:frr "$1"; exec ${shim(context)}"/usr/lib/frr/${program} -d -u frr -g frr --vty_socket "$1" -P 0 --log "file:$1/frr.log" -i "$1/${daemon}.pid" -f "$1/${daemon}.conf"`;
  const script =
    router.vrf === undefined || !tenant
      ? start
      : `${bindTenant} exec unshare --mount --propagation private sh -ec 'mount --rbind "$1/netns" /run/netns; ${start}' sh "$1"`;
  const argv = ['sh', '-ec', script, 'sh', folderOf(device.name), tenant?.name ?? '', router.vrf ?? ''];
  await inCapsule(context, argv, { namespace: own?.name ?? device.name, background: true });
};

/**
 * zebra -n takes every name in /run/netns for a VRF. So the daemons of a leaf get a folder there that holds only their tenant,
 * under the VRF's name; bgpd needs the same view, since it opens the VRF by path.
 */
const bindTenant = `
if [ ! "$1/netns/$3" -ef "/run/netns/$2" ]; then
  mkdir -p "$1/netns"; umount "$1/netns/$3" 2>/dev/null || true; : >"$1/netns/$3"
  mount --bind "/run/netns/$2" "$1/netns/$3"
fi
`;
