// Routers with FRRouting's zebra and bgpd, and nodes that speak BGP with bgpd alone; each in its namespace in the capsule.
import { z } from 'zod';
import { defineStep, type Seen, type StepContext, StepError } from '../src/engine/step-type.ts';
import { folderOf, fromHost, lookAround, needCapsule, type World } from './capsule-world.ts';
import { type Daemon, filesSeen, findDaemon, strays } from './daemons.ts';
import { daemonMark, startBgpd, startZebra } from './frr-start.ts';
import { addressesSeen, aroundOrGone, dress, gone, killIn, portsSeen } from './netns.ts';

const named = z.looseObject({ name: z.string(), role: z.string() });
const input = z.strictObject({
  device: z.looseObject({ name: z.string() }).describe('A router or node of the fabric'),
  namespaces: z.array(named).min(1).describe('Its namespace, and its tenant namespace if it has one'),
  daemons: z
    .array(z.enum(['zebra', 'bgpd']))
    .min(1)
    .describe('Which daemons run; a node speaks BGP with bgpd alone'),
  vrf: z.string().optional().describe('The tenant VRF that its second namespace is'),
  addresses: z
    .record(z.string(), z.string())
    .default({})
    .describe('By interface of the first namespace: the address that proves it'),
  tenantAddresses: z.record(z.string(), z.string()).default({}).describe('The same of its tenant namespace'),
  up: z.array(z.string()).default([]).describe('Interfaces of the first namespace that are up'),
  ports: z.array(z.string()).default([]).describe('Interfaces of its last namespace that are up and ports of a bridge'),
  templates: z.string().default('assets/frr-netns').describe('Folder of the templates'),
  kind: z.enum(['spine', 'leaf', 'node']).describe('Which templates are its own'),
  capsule: z.string().default('lab').describe('The capsule it is in'),
});
type Router = z.output<typeof input>;

export const frrRouter = defineStep({
  name: 'frr.router',
  summary: 'A router: interfaces, addresses and FRRouting daemons in its namespace',
  input,
  files: ({ kind, templates, daemons, namespaces }) => [
    ...daemons
      .filter((daemon) => daemon !== 'zebra' || kind !== 'node')
      .map((daemon) => `${templates}/${kind}.${daemon}.conf.liquid`),
    ...namespaces.map(({ role }) => `${templates}/${role}.batch.liquid`),
  ],
  describe: ({ daemons, device }) => daemons.map((daemon) => `${daemon} of ${device.name}`).join(', '),
  creates: ({ device, capsule }) => [{ kind: 'router', name: device.name, within: `capsule/${capsule}` }],
  async check(router, context) {
    const world = await lookAround(context);
    const ground = [dressSeen(router, world), await vrfSeen(router, world, context)].find(({ holds }) => !holds);
    if (ground) return ground;
    for (const name of router.daemons) {
      const found = await findDaemon(context, world, daemonOf(router, name));
      if ('wrong' in found) return { holds: false, saw: found.wrong };
    }
    const configured = await filesSeen(context, world, await configurations(router, context));
    return configured.holds ? { holds: true, saw: `${router.daemons.join(' and ')} running` } : configured;
  },
  run: (router, context) => bringUp(router, context),
  async undo(router, context) {
    const world = await aroundOrGone(context);
    if (world) await killIn(context, strays(world, `${folderOf(router.device.name)} `));
  },
  async absent(router, context) {
    const world = await aroundOrGone(context);
    const left = world ? strays(world, `${folderOf(router.device.name)} `) : [];
    return gone(
      left.map((pid) => `process ${pid}`),
      world,
    );
  },
});

const daemonOf = ({ device, namespaces }: Router, name: 'zebra' | 'bgpd'): Daemon => ({
  name,
  pidFile: `${folderOf(device.name)}/${name}.pid`,
  namespace: namespaces[0]?.name ?? device.name,
  mark: daemonMark(name, device.name),
});

const dressSeen = ({ namespaces, addresses, tenantAddresses, up, ports }: Router, world: World): Seen => {
  const [own, tenant] = namespaces;
  const seen = [
    addressesSeen(world, own?.name ?? '', { ...Object.fromEntries(up.map((name) => [name, ''])), ...addresses }),
    ...(tenant ? [addressesSeen(world, tenant.name, tenantAddresses)] : []),
    portsSeen(world, (tenant ?? own)?.name ?? '', ports),
  ];
  return seen.find(({ holds }) => !holds) ?? { holds: true, saw: 'dressed' };
};

/** A VRF is a namespace that zebra opened once; one that was made anew under its name is not it. */
const vrfSeen = async ({ device, namespaces, vrf }: Router, world: World, context: StepContext): Promise<Seen> => {
  const [, tenant] = namespaces;
  if (vrf === undefined || !tenant) return { holds: true, saw: 'no VRF' };
  const bound = await context.host.stat(fromHost(world.pid, `${folderOf(device.name)}/netns/${vrf}`));
  const holds = bound !== undefined && String(bound.inode) === world.namespaces.get(tenant.name);
  return { holds, saw: holds ? 'VRF bound' : `${vrf} is not the namespace ${tenant.name} any more` };
};

/** By path inside the capsule. */
const configurations = async (router: Router, context: StepContext): Promise<Record<string, string>> => {
  const { device, kind, templates, daemons } = router;
  const entries = daemons.map(async (daemon) => {
    const text = await context.host.render(`${context.projectDir}/${templates}/${kind}.${daemon}.conf.liquid`, {
      fabric: context.model,
      device,
    });
    return [`${folderOf(device.name)}/${daemon}.conf`, text] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
};

/** Does what is missing and leaves what runs well alone: a lost bgpd comes back without the kernel's routes going away. */
const bringUp = async (router: Router, context: StepContext): Promise<Record<string, never>> => {
  const world = await lookAround(context);
  const { device, namespaces, templates } = router;
  const files = await configurations(router, context);
  const dressed = dressSeen(router, world).holds;
  if (!dressed) {
    for (const namespace of namespaces) {
      await dress(context, {
        namespace,
        batch: `${templates}/${namespace.role}.batch.liquid`,
        sysctl: `${templates}/sysctl.conf.liquid`,
        values: { device },
      });
    }
  }
  let fresh = !(await vrfSeen(router, world, context)).holds;
  for (const name of router.daemons) {
    const daemon = daemonOf(router, name);
    const file = `${folderOf(device.name)}/${name}.conf`;
    const same = (await context.host.readFile(fromHost(world.pid, file))) === files[file];
    const found = await findDaemon(context, world, daemon);
    // bgpd belongs to the zebra it registered with. Interfaces that come back are noticed by a running zebra.
    if (same && !fresh && !('wrong' in found)) continue;
    await killIn(context, strays(world, daemon.mark));
    await context.host.writeFile(fromHost(world.pid, file), files[file] ?? '', 0o644);
    await startDaemon(router, name, context);
    fresh = true;
  }
  return {};
};

const startDaemon = async (router: Router, name: 'zebra' | 'bgpd', context: StepContext): Promise<void> => {
  if (name === 'zebra') return startZebra(router, context);
  await startBgpd(router, context);
  await demandConfigured(router.device.name, context);
};

/** A daemon starts all the same when it refuses a line of its configuration; the refusal is only in its log. */
const demandConfigured = async (device: string, context: StepContext): Promise<void> => {
  const log = (await context.host.readFile(fromHost(await needCapsule(context), `${folderOf(device)}/frr.log`))) ?? '';
  const refused = log.split('\n').filter((line) => /Config Failed|No such command|on config line/.test(line));
  if (refused.length > 0)
    throw new StepError(`bgpd of ${device} refused its configuration: ${refused[0]}`, { tail: refused.slice(-5) });
};
