// Starting FRRouting's daemons in the capsule: their arguments, the mount namespace a tenant VRF needs, and a cure for zebra 8.4.
import { type StepContext, StepError } from '../../src/engine/step-type.ts';
import { folderOf, fromHost, inCapsule, needCapsule } from '../netns/capsule-entry.ts';
import { killIn, strays } from '../netns/capsule-processes.ts';
import { dressFunction } from '../netns/dress.ts';
import { type DaemonName, keepRunning } from './running.ts';
import { askNow } from './vty.ts';

export interface RouterPlace {
  readonly device: { readonly name: string };
  readonly namespaces: readonly { readonly name: string }[];
  readonly kind: 'spine' | 'leaf' | 'node';
  readonly vrf?: string | undefined;
  /** Interfaces to other routers. */
  readonly up: readonly string[];
}

/** A part of a daemon's command line that only this router's has. */
export const daemonMark = (daemon: DaemonName, device: string): string => `${daemon}.pid -f ${folderOf(device)}/`;

const attempts = 5;

/**
 * Dresses a router's namespaces and starts these of its daemons, in this order, with one process. With several namespaces zebra 8.4
 * may mix up the kernel's answers while it starts ("bad sequence number" in its log), and then misses interfaces for good. It is
 * started again, and with it the bgpd that belongs to it, until it has read the kernel right. @throws StepError when it never does,
 * or bgpd refuses its configuration.
 */
export const startDaemons = async (
  router: RouterPlace,
  daemons: readonly DaemonName[],
  context: StepContext,
): Promise<void> => {
  const { name } = router.device;
  let lostBefore: string | undefined;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const before = misread(await logOf(name, context));
    await spawn(router, daemons, context);
    const log = await logOf(name, context);
    demandConfigured(name, log);
    const fault = daemons.includes('zebra') && !(misread(log) === before && (await knowsTenant(router, context)));
    const lost = fault ? undefined : await linesLost(router, daemons, context);
    // What is lost every time is not lost: this FRRouting shows it otherwise.
    if (lost === '' || (lost !== undefined && lost === lostBefore)) return;
    lostBefore = lost;
    context.log(
      fault
        ? `zebra of ${name} misread the kernel; starting it again`
        : `${name} did not take all of its configuration, as "${lost}"; starting it again`,
    );
    for (const daemon of daemons)
      await killIn(context, await strays(context, await needCapsule(context), daemonMark(daemon, name)));
  }
  throw new StepError(`zebra of ${name} did not find its tenant VRF in ${attempts} starts`);
};

/** The lines of their files that these daemons do not go by; '' when there are none. */
const linesLost = async (
  { device }: RouterPlace,
  daemons: readonly DaemonName[],
  context: StepContext,
): Promise<string> => {
  const lost = daemons.map((daemon) => keepRunning(context, { router: device.name, daemon }));
  return (await Promise.all(lost)).flat().join('", "');
};

const logOf = async (device: string, context: StepContext): Promise<string> =>
  (await context.host.readFile(fromHost(await needCapsule(context), `${folderOf(device)}/frr.log`))) ?? '';

const misread = (log: string): number => log.match(/bad sequence number/g)?.length ?? 0;

const knowsTenant = async ({ device, vrf }: RouterPlace, context: StepContext): Promise<boolean> => {
  if (vrf === undefined) return true;
  const shown = await askNow(context, { router: device.name, daemon: 'zebra', command: 'show vrf' });
  return new RegExp(`vrf ${vrf} id \\d+ netns`).test(shown);
};

/** A daemon starts all the same when it refuses a line of its configuration; the refusal is only in its log. */
const demandConfigured = (device: string, log: string): void => {
  const refused = log.split('\n').filter((line) => /Config Failed|No such command|on config line/.test(line));
  if (refused.length > 0)
    throw new StepError(`bgpd of ${device} refused its configuration: ${refused[0]}`, { tail: refused.slice(-5) });
};

/** Without root FRR's setgroups is refused in the user namespace; the shim answers it with success before the daemon starts. */
const shim = ({ host, projectDir }: StepContext): string =>
  host.uid === 0 ? '' : `perl "${projectDir}/assets/frr-netns/allow-setgroups.pl" `;

const optionsOf = ({ kind, vrf }: RouterPlace, daemon: DaemonName): string => {
  // A node only announces, so its bgpd runs without a zebra and never listens.
  if (kind === 'node') return '-Z -n';
  return `-z "$1/zserv.api"${daemon === 'zebra' && vrf !== undefined ? ' -n' : ''}`;
};

/** Neighbors are known by their advertisements; without perl they are waited for. */
const solicits = ({ up }: RouterPlace, { projectDir }: StepContext): readonly string[] =>
  up.length === 0
    ? []
    : [`perl "${projectDir}/assets/frr-netns/solicit.pl" ${up.join(' ')} </dev/null >/dev/null 2>&1 &`];

/** -d returns once the configuration is read, so what comes next finds the daemon answering. */
const spawn = async (router: RouterPlace, daemons: readonly DaemonName[], context: StepContext): Promise<void> => {
  const { device, namespaces, vrf } = router;
  const [own, tenant] = namespaces;
  const starts = daemons.map(
    (daemon) =>
      `nice -n ${niceness} ${shim(context)}"/usr/lib/frr/${daemon}" ${optionsOf(router, daemon)} -d -u frr -g frr --vty_socket "$1" -P 0 ` +
      `--log "file:$1/frr.log" -i "$1/${daemon}.pid" -f "$1/${daemon}.conf"`,
  );
  const asks = daemons.includes('zebra') && vrf !== undefined ? [asksHosts(vrf)] : [];
  const start = ['chown frr:frr "$1"', ...starts, ...daemons.map(yields), ...asks, ...solicits(router, context)].join(
    '\n',
  );
  const dressed = `${dressFunction}\n${namespaces.map(({ name }) => `dress "${name}"`).join('\n')}\n`;
  const script =
    vrf === undefined || !tenant
      ? `${dressed}${start}`
      : `${dressed}${bindTenant} exec unshare --mount --propagation private sh -ec 'mount --rbind "$1/netns" /run/netns; ${start}' sh "$1"`;
  const argv = ['sh', '-ec', script, 'sh', folderOf(device.name), tenant?.name ?? '', vrf ?? ''];
  await inCapsule(context, argv, { namespace: own?.name ?? device.name, background: true });
};

/**
 * A zebra that has just started tells the other leaves of a host only when the kernel hears of it anew, which a host that goes on
 * speaking may put off for a minute, without an answer meanwhile. So known hosts are asked for their MAC again, once BGP is there.
 */
const asksHosts = (vrf: string): string =>
  `( for pause in 0.3 1 2; do sleep $pause; ip -n ${vrf} neigh show nud stale nud reachable nud delay | grep -v -e zebra -e extern_learn | while read -r to _ port _ mac _; ` +
  `do ip -n ${vrf} neigh change "$to" dev "$port" lladdr "$mac" nud probe; done; done ) </dev/null >/dev/null 2>&1 &`;

/**
 * A hundred daemons that converge would leave a hundredth of the processor for all else that their user does: each gets two fifths of the
 * usual weight. With less they come up so late that their neighbors' first attempts fail, and wait. A daemon leads a session, and the
 * kernel may share out by session first (sched(7), autogroup), where it lets them.
 */
const niceness = 4;
const yields = (daemon: DaemonName): string =>
  `{ read -r pid <"$1/${daemon}.pid" && echo ${niceness} >"/proc/$pid/autogroup"; } 2>/dev/null || true`;

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
