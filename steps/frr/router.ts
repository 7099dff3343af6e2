// Routers with FRRouting's zebra and bgpd, and nodes that speak BGP with bgpd alone; each in its namespace in the capsule.
import * as z from 'zod';
import { defineStep, type Seen, type StepContext } from '../../src/engine/step-type.ts';
import { findCapsule, folderOf, fromHost, needCapsule } from '../netns/capsule-entry.ts';
import { killIn, strays } from '../netns/capsule-processes.ts';
import { type Named, namespacesIn } from '../netns/capsule-world.ts';
import { type Daemon, daemonSeen, filesSeen } from '../netns/daemons.ts';
import { dressingsSeen, writeDressings } from '../netns/dress.ts';
import { gone } from '../netns/namespaces.ts';
import { type DaemonName, forgetRunning, runningSeen } from './running.ts';
import { daemonMark, startDaemons } from './start.ts';

const named = z.looseObject({ name: z.string(), role: z.string() });
const input = z.strictObject({
  device: z.looseObject({ name: z.string() }).describe('A router or node of the fabric'),
  namespaces: z.array(named).min(1).describe('Its namespace, and its tenant namespace if it has one'),
  daemons: z
    .array(z.enum(['zebra', 'bgpd']))
    .min(1)
    .describe('Which daemons run; a node speaks BGP with bgpd alone'),
  vrf: z.string().optional().describe('The tenant VRF that its second namespace is'),
  up: z.array(z.string()).default([]).describe('Interfaces to other routers'),
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
    `${templates}/sysctl.conf.liquid`,
  ],
  describe: ({ daemons, device }) => daemons.map((daemon) => `${daemon} of ${device.name}`).join(', '),
  creates: ({ device, capsule }) => [{ kind: 'router', name: device.name, within: `capsule/${capsule}` }],
  async check(router, context) {
    const pid = await needCapsule(context);
    const world = { pid, namespaces: await namespacesIn(context, pid, namesOf(router)) };
    const dressed = await dressingsSeen(context, world, dressOf(router));
    const ground = [dressed, await vrfSeen(router, world, context)].find(({ holds }) => !holds);
    if (ground) return ground;
    for (const name of router.daemons) {
      const running = await daemonSeen(context, world, daemonOf(router, name));
      if (!running.holds) return running;
    }
    const configured = await filesSeen(context, world, await configurations(router, context));
    if (!configured.holds) return configured;
    for (const name of router.daemons) {
      const obeyed = await obeySeen(router, { name, world }, context);
      if (!obeyed.holds) return obeyed;
    }
    return { holds: true, saw: `${router.daemons.join(' and ')} running` };
  },
  run: (router, context) => bringUp(router, context),
  async undo(router, context) {
    const capsule = await findCapsule(context);
    if (capsule !== undefined) await killIn(context, await strays(context, capsule, ownMark(router)));
  },
  async absent(router, context) {
    const capsule = await findCapsule(context);
    const left = capsule === undefined ? [] : await strays(context, capsule, ownMark(router));
    return gone(
      left.map((pid) => `process ${pid}`),
      capsule,
    );
  },
});

const namesOf = ({ namespaces }: Router): readonly string[] => namespaces.map(({ name }) => name);

/** A part of the command line of each of its daemons. */
const ownMark = ({ device }: Router): string => `${folderOf(device.name)} `;

const daemonOf = ({ device, namespaces }: Router, name: DaemonName): Daemon => ({
  name,
  pidFile: `${folderOf(device.name)}/${name}.pid`,
  namespace: namespaces[0]?.name ?? device.name,
  mark: daemonMark(name, device.name),
});

const dressOf = ({ device, namespaces, templates }: Router): Parameters<typeof dressingsSeen>[2] => ({
  dressings: namespaces.map((namespace) => ({
    namespace,
    batch: `${templates}/${namespace.role}.batch.liquid`,
    sysctl: `${templates}/sysctl.conf.liquid`,
  })),
  values: { device },
});

/** Whether a daemon that runs can be reached, and goes by its file. */
const obeySeen = async (
  { device, kind }: Router,
  { name, world, fresh = false }: { readonly name: DaemonName; readonly world: Named; readonly fresh?: boolean },
  context: StepContext,
): Promise<Seen> => {
  if (name === 'zebra' && kind !== 'node') {
    const socket = await context.host.stat(fromHost(world.pid, `${folderOf(device.name)}/zserv.api`));
    if (!socket) return { holds: false, saw: 'the socket of zebra is not there' };
  }
  return runningSeen(context, { router: device.name, daemon: name, fresh });
};

/** A VRF is a namespace that zebra opened once; one that was made anew under its name is not it. */
const vrfSeen = async ({ device, namespaces, vrf }: Router, world: Named, context: StepContext): Promise<Seen> => {
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
    return [configurationOf(router, daemon), text] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
};

/**
 * Does what is missing and leaves what runs well alone: a lost bgpd comes back without the kernel's routes going away. Dressing
 * changes nothing where everything is as it should be.
 */
const bringUp = async (router: Router, context: StepContext): Promise<Record<string, never>> => {
  const pid = await needCapsule(context);
  const world = { pid, namespaces: await namespacesIn(context, pid, namesOf(router)) };
  const { dressings, values } = dressOf(router);
  await writeDressings(context, dressings, values);
  const files = await configurations(router, context);
  const daemons = await daemonsToStart(router, { world, files }, context);
  for (const name of daemons) await clearFor(router, { name, world, files }, context);
  await startDaemons(router, daemons, context);
  return {};
};

interface Ground {
  readonly world: Named;
  readonly files: Readonly<Record<string, string>>;
}

/** bgpd belongs to the zebra it registered with. Interfaces that come back are noticed by a running zebra. */
const daemonsToStart = async (
  router: Router,
  { world, files }: Ground,
  context: StepContext,
): Promise<readonly DaemonName[]> => {
  const { daemons } = router;
  if (!(await vrfSeen(router, world, context)).holds) return daemons;
  const fine = daemons.map(async (name) => {
    const file = configurationOf(router, name);
    const seen = async (): Promise<boolean> =>
      (await filesSeen(context, world, { [file]: files[file] ?? '' })).holds &&
      (await daemonSeen(context, world, daemonOf(router, name))).holds &&
      (await obeySeen(router, { name, world, fresh: true }, context)).holds;
    return seen();
  });
  const first = (await Promise.all(fine)).indexOf(false);
  return first < 0 ? [] : daemons.slice(first);
};

/** Ends what runs of a daemon, and writes its configuration. */
const clearFor = async (
  router: Router,
  { name, world, files }: Ground & { readonly name: DaemonName },
  context: StepContext,
): Promise<void> => {
  const file = configurationOf(router, name);
  const path = fromHost(world.pid, file);
  // Also when its files are gone: they are no sign of life.
  await killIn(context, await strays(context, world.pid, daemonMark(name, router.device.name)));
  await forgetRunning(context, router.device.name, name);
  await context.host.writeFile(path, files[file] ?? '', 0o644);
};

const configurationOf = ({ device }: Router, daemon: DaemonName): string => `${folderOf(device.name)}/${daemon}.conf`;
