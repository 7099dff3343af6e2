// Network namespaces, cables between them, and hosts with addresses: the embedded variant's ground.
import * as z from 'zod';
import { defineStep, type Seen, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { entry, findCapsule, folderOf, inCapsule, needCapsule } from './capsule-entry.ts';
import { killIn, processesIn, strays } from './capsule-processes.ts';
import { linksAt, lookAt, namespacesIn, type World } from './capsule-world.ts';
import { dressings, dressingsSeen, writeDressings } from './dress.ts';
import { ipBatch } from './ip-batch.ts';

const capsuleName = z.string().default('lab').describe('The capsule it is in');
const names = z.array(z.string()).min(1);

const namespaceInput = z.strictObject({ namespaces: names.describe('Their names'), capsule: capsuleName });

export const netnsNamespaces = defineStep({
  name: 'netns.namespaces',
  summary: 'Named network namespaces in the capsule',
  input: namespaceInput,
  describe: ({ namespaces }) => namespaces.map((name) => `ip netns add ${name}`).join('; '),
  creates: ({ namespaces, capsule }) =>
    namespaces.map((name) => ({ kind: 'namespace', name, within: `capsule/${capsule}` })),
  async check({ namespaces }, context) {
    const all = await namespacesIn(context, await needCapsule(context), namespaces);
    const missing = namespaces.filter((name) => !isReal(all.get(name)));
    const saw =
      missing.length === 0 ? `${namespaces.join(', ')} there` : `namespace ${missing.join(', ')} is not there`;
    return { holds: missing.length === 0, saw };
  },
  async run({ namespaces }, context) {
    const pid = await needCapsule(context);
    const all = await namespacesIn(context, pid, namespaces);
    if (namespaces.every((name) => isReal(all.get(name)))) return {};
    // A namespace that lost its name lives on with the daemons in it. While its cables still lead somewhere their end is told to
    // their peers, which otherwise remember them until they miss them.
    const daemons = await Promise.all(namespaces.map((name) => strays(context, pid, `${folderOf(name)}/`)));
    await killIn(context, daemons.flat());
    // Namespaces of one device are made and lost together: a tunnel made in a lost one stays in its sister, and leads nowhere.
    // All go before the first is made anew, so that a death in between leaves a device that is seen to be incomplete.
    await ipBatch(context, [
      ...namespaces.filter((name) => all.has(name)).map((name) => `netns del ${name}`),
      ...namespaces.map((name) => `netns add ${name}`),
    ]);
    return {};
  },
  async undo({ namespaces }, context) {
    const world = await lookAtOrGone(context, namespaces);
    if (!world) return;
    const there = namespaces.filter((name) => world.namespaces.has(name));
    const inodes = new Set(there.map((name) => world.namespaces.get(name)));
    const inside = [...(await processesIn(context, world.pid))].filter(([, { namespace }]) => inodes.has(namespace));
    await killIn(
      context,
      inside.map(([pid]) => pid),
    );
    await ipBatch(
      context,
      there.map((name) => `netns del ${name}`),
    );
  },
  async absent({ namespaces }, context) {
    const world = await lookAtOrGone(context, namespaces);
    return gone(
      namespaces.filter((name) => world?.namespaces.has(name)),
      world,
    );
  },
});

/** A plain file of that name is what a crash between the two steps of `ip netns add` leaves. */
const isReal = (inode: string | undefined): boolean => inode !== undefined && inode !== 'stale';

const end = z.looseObject({ namespace: z.string(), interface: z.string() });
const linkInput = z.strictObject({
  link: z
    .looseObject({ name: z.string(), a: end.extend({ index: z.int().positive().optional() }), b: end, mtu: z.int() })
    .describe('A link of the fabric: `name`, its ends `a` and `b`, `mtu`; `index` is the number of the first end'),
  capsule: capsuleName,
});

export const netnsLink = defineStep({
  name: 'netns.link',
  summary: 'A cable: a veth pair with one end in each of two namespaces',
  input: linkInput,
  describe: ({ link }) => linkCommand(link),
  creates: ({ link, capsule }) => [{ kind: 'link', name: link.name, within: `capsule/${capsule}` }],
  async check({ link }, context) {
    return linkSeen(link, await linksAt(context, endsOf(link)));
  },
  async run({ link }, context) {
    if ((await ipBatch(context, [linkCommand(link)])) === 'done') return {};
    const links = await linksAt(context, endsOf(link));
    const ends = [link.a, link.b].map((each) => links.get(each.namespace)?.get(each.interface));
    if (ends.every((each) => each?.linkinfo?.info_kind === 'veth')) {
      // Only of another size: what rests on it stays.
      for (const { namespace, interface: name } of [link.a, link.b])
        await inCapsule(context, ['ip', '-n', namespace, 'link', 'set', name, 'mtu', String(link.mtu)]);
      return {};
    }
    // Half a cable is in the way: a veth goes with either of its ends.
    for (const each of [link.a, link.b]) {
      const argv = ['ip', '-n', each.namespace, 'link', 'del', each.interface];
      await context.command([...entry(context.host, await needCapsule(context)), ...argv], { quiet: true });
    }
    if ((await ipBatch(context, [linkCommand(link)])) === 'done') return {};
    throw new StepError(`an end of ${link.name} is there already and could not be taken away`);
  },
  async undo({ link }, context) {
    const world = await lookAtOrGone(context, endsOf(link));
    if (world?.links.get(link.a.namespace)?.has(link.a.interface))
      await inCapsule(context, ['ip', '-n', link.a.namespace, 'link', 'del', link.a.interface]);
  },
  async absent({ link }, context) {
    const world = await lookAtOrGone(context, endsOf(link));
    const left = [link.a, link.b].filter((each) => world?.links.get(each.namespace)?.has(each.interface));
    return gone(
      left.map((each) => `${each.namespace} ${each.interface}`),
      world,
    );
  },
});

type Cable = z.output<typeof linkInput>['link'];

const endsOf = ({ a, b }: Cable): readonly string[] => [a.namespace, b.namespace];

const linkCommand = ({ a, b, mtu }: Cable): string => {
  const index = a.index === undefined ? '' : ` index ${a.index}`;
  return `link add ${a.interface}${index} netns ${a.namespace} mtu ${mtu} type veth peer name ${b.interface} mtu ${mtu} netns ${b.namespace}`;
};

const linkSeen = ({ a, b, mtu }: Cable, links: World['links']): Seen => {
  for (const each of [a, b]) {
    const where = `${each.interface} in ${each.namespace}`;
    const link = links.get(each.namespace)?.get(each.interface);
    if (!link) return { holds: false, saw: `${where} is not there` };
    if (link.linkinfo?.info_kind !== 'veth') return { holds: false, saw: `${where} is no veth` };
    if (link.mtu !== mtu) return { holds: false, saw: `${where} has MTU ${link.mtu}, not ${mtu}` };
  }
  return { holds: true, saw: 'both ends there' };
};

const hostInput = z.strictObject({
  device: z.looseObject({ name: z.string() }).describe('A device of the fabric'),
  namespace: z.looseObject({ name: z.string(), role: z.string() }).describe('Its namespace, and the role of that'),
  batch: z.string().describe('Template of the ip commands in its namespace'),
  sysctl: z.string().default('assets/frr-netns/sysctl.conf.liquid').describe('Template of its kernel settings'),
  capsule: capsuleName,
});

export const netnsHost = defineStep({
  name: 'netns.host',
  summary: 'A host without daemons: its addresses and routes in its namespace',
  input: hostInput,
  files: ({ batch, sysctl }) => [batch, sysctl],
  describe: ({ device, batch }) => `${batch} in ${device.name}`,
  creates: ({ device, capsule }) => [{ kind: 'host', name: device.name, within: `capsule/${capsule}` }],
  async check({ device, namespace, batch, sysctl }, context) {
    const pid = await needCapsule(context);
    const world = { pid, namespaces: await namespacesIn(context, pid, [namespace.name]) };
    return dressingsSeen(context, world, { dressings: [{ namespace, batch, sysctl }], values: { device } });
  },
  async run({ device, namespace, batch, sysctl }, context) {
    await writeDressings(context, [{ namespace, batch, sysctl }], { device });
    await dressings.ask(context, namespace.name);
    return {};
  },
  async undo() {
    // Its addresses go with its namespace; there is nothing of its own to take away.
  },
  async absent(_, context) {
    const there = (await findCapsule(context)) !== undefined;
    return { holds: true, saw: there ? 'nothing of its own is left' : 'the capsule is gone' };
  },
});

/** The picture, or undefined when the capsule is gone, and all in it. */
export const lookAtOrGone = async (context: StepContext, names: readonly string[]): Promise<World | undefined> =>
  (await findCapsule(context)) === undefined ? undefined : lookAt(context, names);

export const gone = (left: readonly string[], world: World | number | undefined): Seen => {
  if (world === undefined) return { holds: true, saw: 'the capsule is gone' };
  return { holds: left.length === 0, saw: left.length === 0 ? 'gone' : `${left.join(', ')} still there` };
};
