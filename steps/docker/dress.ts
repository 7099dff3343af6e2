// The step type that dresses a container: network namespaces of its own, cables between them, kernel settings, addresses and routes. What
// is compared with the kernel afterwards is what the very same files say.
import * as z from 'zod';
import { defineStep, type StepContext, StepError } from '../../src/engine/step-type.ts';
import type { Link } from '../netns/capsule-world.ts';
import { commandsFor } from '../netns/cures.ts';
import { type Difference, differencesIn, sayDifferences } from '../netns/differences.ts';
import { kernelOf, kernelScript } from '../netns/kernel.ts';
import { type DressText, settingsIn, wantedIn } from '../netns/wanted.ts';
import { reasonOf } from '../shared/command-reason.ts';
import { askInside, hereText, mustInside, within, word } from './inside.ts';

const namespaceInput = z.strictObject({
  namespace: z
    .looseObject({ name: z.string(), role: z.string() })
    .describe('A network namespace of the fabric; its role says which template is its own'),
  as: z.string().default('').describe("Its name in the container; without one it is the container's own"),
  device: z.looseObject({ name: z.string() }).describe('The device that templates read'),
  takes: z.array(z.string()).default([]).describe("Interfaces of the container's own namespace that it gets"),
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
    const texts = await textsOf(step, context);
    const found = await differencesOf(step, texts, context);
    for (const { as } of step.namespaces) {
      const all = found.get(as);
      const where = as === '' ? '' : `${as}: `;
      if (!all) return { holds: false, saw: as === '' ? 'the kernel did not say what it holds' : `no namespace ${as}` };
      if (all.length > 0) return { holds: false, saw: `${where}${sayDifferences(all)}` };
    }
    const count = step.namespaces.length;
    return { holds: true, saw: count === 1 ? 'dressed' : `${count} namespaces dressed` };
  },
  async run(step, context) {
    const texts = await textsOf(step, context);
    const found = await differencesOf(step, texts, context);
    const named = step.namespaces.filter(({ as }) => as !== '');
    const script = [
      functions,
      ...[...found].map(([as, all]) => cures(as, all)),
      ...named.map(({ as }) => `named ${word(as)}\n`),
      ...named.flatMap(({ as, takes }) => takes.map((name) => `take ${word(as)} ${word(name)}\n`)),
      batch('', step.links.map((link) => linkCommand(link, step)).join('\n')),
      ...texts.map((each) => `${within(each.namespace)}sysctl -q -p - ${hereText(each.sysctl)}`),
      ...texts.map((each) => batch(each.namespace, each.batch)),
    ];
    await mustInside(context, step.container, ['sh', '-e'], { stdin: script.join('') });
    return {};
  },
});

const batchOf = (templates: string, role: string): string => `${templates}/${role}.batch.liquid`;

/** What each namespace is told, by its name in the container. */
const textsOf = (step: Input, context: StepContext): Promise<readonly DressText[]> =>
  Promise.all(
    step.namespaces.map(async (one) => {
      const render = (template: string): Promise<string> =>
        context.host.render(`${context.projectDir}/${template}`, valuesOf(one, step, context));
      return {
        namespace: one.as,
        batch: await render(batchOf(step.templates, one.namespace.role)),
        sysctl: await render(`${step.templates}/sysctl.conf.liquid`),
      };
    }),
  );

const look = `echo "+ links"; ip -j -d address show; echo${kernelScript}`;

/** Of a namespace that is not there it prints nothing. */
const lookScript = ({ namespace, sysctl }: DressText): string => {
  const keys = [...settingsIn(sysctl).keys()].map(word).join(' ');
  return `echo '@ '${word(namespace)}; ${within(namespace)}sh -ec ${word(look)} sh ${keys} 2>/dev/null || :\n`;
};

/** By name in the container; without those that are not there. @throws StepError when the container does not answer. */
const differencesOf = async (
  step: Input,
  texts: readonly DressText[],
  context: StepContext,
): Promise<ReadonlyMap<string, readonly Difference[]>> => {
  const shown = await askInside(context, step.container, ['sh'], { stdin: texts.map(lookScript).join('') });
  if (shown.exitCode !== 0) throw new StepError(reasonOf(shown));
  const wanted = wantedIn(texts);
  const found = step.namespaces.flatMap(({ as, namespace }) => {
    const said = partOf(shown.stdout, as);
    const [own, kernel, links] = [wanted.get(as), kernelOf(said), linksIn(said)];
    if (!own || !kernel || !links) return [];
    // The step of the service owns what a node does with connections to its address, and docker's own resolver is in there, too.
    return [[as, differencesIn(own, { links, kernel }, namespace.role === 'node' ? ['ip nat'] : [])] as const];
  });
  return new Map(found);
};

const partOf = (text: string, as: string): string =>
  text.split(/^@ /m).find((part) => part.startsWith(`${as}\n`)) ?? '';

const linksIn = (text: string): ReadonlyMap<string, Link> | undefined => {
  const list = text.split('\n').find((line) => line.startsWith('['));
  return list === undefined ? undefined : new Map((JSON.parse(list) as Link[]).map((link) => [link.ifname, link]));
};

/** What can't be taken away is seen again by the check. */
const cures = (as: string, all: readonly Difference[]): string =>
  commandsFor(all)
    .map(({ argv, stdin }) => `{ ${within(as)}${argv.join(' ')} || :; } ${hereText(stdin)}`)
    .join('');

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
