// The step type that dresses a container: network namespaces of its own, cables between them, kernel settings, addresses and routes.
import * as z from 'zod';
import { defineStep, type Seen, type StepContext } from '../../src/engine/step-type.ts';
import type { Link, World } from '../netns/capsule-world.ts';
import { reasonOf } from '../shared/command-reason.ts';
import { askInside, hereText, mustInside, within, word } from './inside.ts';

const namespaceInput = z.strictObject({
  namespace: z
    .looseObject({ name: z.string(), role: z.string() })
    .describe('A network namespace of the fabric; its role says which template is its own'),
  as: z.string().default('').describe("Its name in the container; without one it is the container's own"),
  device: z.looseObject({ name: z.string() }).describe('The device that templates read'),
  takes: z.array(z.string()).default([]).describe("Interfaces of the container's own namespace that it gets"),
  addresses: z.record(z.string(), z.string()).default({}).describe('By interface: the address that proves it'),
  up: z.array(z.string()).default([]).describe('Interfaces that are up'),
  ports: z.array(z.string()).default([]).describe('Interfaces that are up and ports of a bridge'),
});
const end = z.looseObject({ interface: z.string(), namespace: z.string() });
const input = z.strictObject({
  container: z.string().describe('The container'),
  namespaces: z.array(namespaceInput).min(1).describe('Its network namespaces, in the order they are dressed'),
  links: z
    .array(z.looseObject({ a: end, b: end, mtu: z.int() }))
    .default([])
    .describe('Cables between them; an end whose namespace is none of the named ones is in the container’s own'),
  templates: z.string().default('assets/frr-netns').describe('Folder of the templates'),
});
type Input = z.output<typeof input>;
type One = Input['namespaces'][number];

export const dockerDress = defineStep({
  name: 'docker.dress',
  summary: 'Network namespaces, cables, kernel settings, addresses and routes inside a container',
  input,
  files: ({ namespaces, templates }) => [
    `${templates}/sysctl.conf.liquid`,
    ...namespaces.map(({ namespace }) => batchOf(templates, namespace.role)),
  ],
  describe: ({ container, namespaces }) =>
    `dress ${namespaces.map(({ as }) => (as === '' ? container : `${as} in ${container}`)).join(', ')}`,
  async check(step, context) {
    const settings = await Promise.all(step.namespaces.map((one) => settingsOf(one, step, context)));
    const looks = step.namespaces.map(({ as }, at) => lookScript(as, settingsIn(settings[at] ?? '')));
    const shown = await askInside(context, step.container, ['sh'], { stdin: looks.join('') });
    if (shown.exitCode !== 0) return { holds: false, saw: reasonOf(shown) };
    const links = linksIn(shown.stdout);
    for (const [at, one] of step.namespaces.entries()) {
      const have = settingsIn(partOf(shown.stdout, one.as));
      const seen = [oneSeen(one, links), settingsSeen(settingsIn(settings[at] ?? ''), have)].find(
        ({ holds }) => !holds,
      );
      if (seen) return seen;
    }
    return {
      holds: true,
      saw: step.namespaces.length === 1 ? 'dressed' : `${step.namespaces.length} namespaces dressed`,
    };
  },
  async run(step, context) {
    const named = step.namespaces.filter(({ as }) => as !== '');
    const takes = named.flatMap(({ as, takes: taken }) => taken.map((name) => `take ${word(as)} ${word(name)}\n`));
    const links = step.links.map((link) => linkCommand(link, step)).join('\n');
    const dressed = step.namespaces.map(async (one) => {
      const [settings, commands] = [await settingsOf(one, step, context), await rendered(one, step, context)];
      return `${within(one.as)}sysctl -q -p - ${hereText(settings)}${batch(one.as, commands)}`;
    });
    const script = [
      functions,
      ...named.map(({ as }) => `named ${word(as)}\n`),
      ...takes,
      batch('', links),
      ...(await Promise.all(dressed)),
    ];
    await mustInside(context, step.container, ['sh', '-e'], { stdin: script.join('') });
    return {};
  },
});

const batchOf = (templates: string, role: string): string => `${templates}/${role}.batch.liquid`;
/** Interfaces with addresses, and kernel settings; of a namespace that is not there it prints nothing. */
const lookScript = (as: string, settings: ReadonlyMap<string, string>): string =>
  `echo '@ '${word(as)}; ${as === '' ? '' : `ip -n ${word(as)} link show >/dev/null 2>&1 && `}${within(as)}sh -c ${word(
    `ip -j -d address show; sysctl ${[...settings.keys()].join(' ')}`,
  )} 2>/dev/null; true\n`;

const partOf = (text: string, as: string): string =>
  text.split(/^@ /m).find((part) => part.startsWith(`${as}\n`)) ?? '';

/** Lines `key = value`, of a file or as `sysctl` prints them. */
const settingsIn = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/^([\w./@-]+) *= *(.*?) *$/gm)].map(([, key = '', value = '']) => [key, value]));

/** A namespace whose name is a plain file is what a death in the middle of `ip netns add` leaves. */
const functions = `
2>/dev/null >>/proc/sys/net/ipv4/ip_forward || mount -o remount,rw /proc/sys
named() { ip -n "$1" link show >/dev/null 2>&1 || { ip netns delete "$1" 2>/dev/null || true; ip netns add "$1"; }; }
take() { ip -n "$1" link show "$2" >/dev/null 2>&1 || ip link set "$2" netns "$1"; }
batch() { "$@" ip -force -batch - 2>/tmp/ip.errors || ! grep -v -e 'File exists' -e '^Command failed' /tmp/ip.errors >&2; }
`;

const linkCommand = ({ a, b, mtu }: Input['links'][number], step: Input): string => {
  const at = (one: z.output<typeof end>): string => {
    const name = step.namespaces.find(({ namespace }) => namespace.name === one.namespace)?.as ?? '';
    return `name ${one.interface} mtu ${mtu}${name === '' ? '' : ` netns ${name}`}`;
  };
  return `link add ${at(a)} type veth peer ${at(b)}`;
};

/** It can be done again to what is dressed and in use: what is there already is no error, anything else is. */
const batch = (as: string, commands: string): string =>
  commands === '' ? '' : `batch ${within(as)}${hereText(commands)}`;

/** The device as templates read it: its tenant's namespace has the name it has in the container. */
const valuesOf = ({ namespace, device }: One, { namespaces }: Input, context: StepContext) => {
  const tenant = namespaces.find((each) => each.namespace.role === 'leaf-tenant');
  return { fabric: context.model, namespace, device: tenant ? { ...device, tenantNamespace: tenant.as } : device };
};

const rendered = (one: One, step: Input, context: StepContext): Promise<string> =>
  context.host.render(
    `${context.projectDir}/${batchOf(step.templates, one.namespace.role)}`,
    valuesOf(one, step, context),
  );

const settingsOf = (one: One, step: Input, context: StepContext): Promise<string> =>
  context.host.render(`${context.projectDir}/${step.templates}/sysctl.conf.liquid`, valuesOf(one, step, context));

const oneSeen = ({ as, addresses, up, ports }: One, links: World['links']): Seen => {
  const named = { links: new Map<string, ReadonlyMap<string, Link>>(links) };
  const seen = addressesSeen(named, as, { ...Object.fromEntries(up.map((name) => [name, ''])), ...addresses });
  return seen.holds ? portsSeen(named, as, ports) : seen;
};

const settingsSeen = (wanted: ReadonlyMap<string, string>, have: ReadonlyMap<string, string>): Seen => {
  const wrong = [...wanted].find(([key, value]) => have.get(key) !== value);
  if (!wrong) return { holds: true, saw: 'set' };
  return { holds: false, saw: `${wrong[0]} is ${have.get(wrong[0]) ?? 'not there'}, not ${wrong[1]}` };
};

/** What `ip -j` printed after each line `@ NAME`, as interfaces by namespace. */
const linksIn = (text: string): World['links'] => {
  const links = new Map<string, ReadonlyMap<string, Link>>();
  let namespace = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('@ ')) namespace = line.slice(2);
    else if (line.startsWith('['))
      links.set(namespace, new Map((JSON.parse(line) as Link[]).map((link) => [link.ifname, link])));
  }
  return links;
};

/** Whether each interface is up and has its address. */
const addressesSeen = (
  { links }: Pick<World, 'links'>,
  namespace: string,
  addresses: Readonly<Record<string, string>>,
): Seen => {
  const there = links.get(namespace);
  if (!there) return { holds: false, saw: `namespace ${namespace} is not there` };
  for (const [name, address] of Object.entries(addresses)) {
    const link = there.get(name);
    if (!link) return { holds: false, saw: `${name} is not there` };
    if (!link.flags.includes('UP')) return { holds: false, saw: `${name} is down` };
    if (address !== '' && !link.addr_info.some(({ local, prefixlen }) => `${local}/${prefixlen}` === address))
      return { holds: false, saw: `${name} has no address ${address}` };
  }
  const saw = Object.entries(addresses).map(([name, address]) => `${name} ${address}`.trim());
  return { holds: true, saw: saw.join(', ') };
};

/** Whether each interface is up and a port of some bridge. */
const portsSeen = ({ links }: Pick<World, 'links'>, namespace: string, ports: readonly string[]): Seen => {
  for (const name of ports) {
    const link = links.get(namespace)?.get(name);
    if (!link?.flags.includes('UP')) return { holds: false, saw: `${name} is ${link ? 'down' : 'not there'}` };
    if (link.master === undefined) return { holds: false, saw: `${name} is in no bridge` };
  }
  return { holds: true, saw: `${ports.length} ports` };
};
