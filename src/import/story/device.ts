// What is typed at the prompt of a router becomes a command that asks it the same without a terminal.
import type { Excerpt } from '../read/source.ts';
import type { Entry } from '../read/transcript.ts';
import { absorbed, left, type Outcome, slug } from '../turn/draft.ts';
import { lookFrom } from '../turn/rule.ts';
import type { World } from '../turn/world.ts';

interface Device {
  readonly name: string;
  readonly container: string;
  readonly kind: string;
}

/** The device whose prompt it is, that was opened, or that the paragraph before names. */
const deviceOf = (host: string | undefined, excerpt: Excerpt, world: World): Device | undefined => {
  const nodes = world.topologies.flatMap(({ nodes }) => nodes);
  const byName = (name: string): Device | undefined => {
    const wanted = name.toLowerCase();
    const node = nodes.find((each) => each.name.toLowerCase() === wanted || each.container.toLowerCase() === wanted);
    if (node) return { name: node.name, container: node.container, kind: `${node.kind} ${node.image ?? ''}` };
    const containers = [...world.containers].filter(
      (each) => each.toLowerCase() === wanted || each.toLowerCase().endsWith(`-${wanted}`),
    );
    const [container] = containers;
    return containers.length === 1 && container !== undefined ? { name, container, kind: '' } : undefined;
  };
  if (host !== undefined && host !== '' && host !== '?') return byName(host);
  const said = [...excerpt.lead.matchAll(/[A-Za-z][\w-]*/g)]
    .map(([word]) => byName(word))
    .filter((each) => each !== undefined);
  return new Set(said.map((each) => each.container)).size === 1 ? said[0] : undefined;
};

/** How a device is asked in its own language. */
const askedBy = ({ kind }: Device, lines: readonly string[], wasOpened: boolean): readonly string[] | undefined => {
  if (/^(nokia_)?srl(inux)?\b/.test(kind)) return ['sr_cli', '--', ...lines];
  if (/ceos/.test(kind)) return ['Cli', '-p', '15', '-c', lines.join('\n')];
  const isFrr = /frr/i.test(kind) || /^linux\b/.test(kind) || (kind === '' && wasOpened);
  return isFrr ? ['vtysh', ...lines.flatMap((line) => ['-c', line])] : undefined;
};

export const turnDevice = (
  entries: readonly Entry[],
  excerpt: Excerpt,
  world: World,
  { opened, before }: { opened?: string | undefined; before?: string | undefined },
): Outcome => {
  const lines = entries.map(({ text }) => text.trim()).filter((line) => line.trim() !== '' && !/^\s*(!|#)/.test(line));
  const [first = ''] = lines;
  if (lines.length === 0) return absorbed('a remark');
  const host = entries.find((entry) => entry.host !== undefined)?.host ?? opened;
  // What takes an exercise back is typed where it was done.
  const device =
    deviceOf(host, excerpt, world) ??
    (host === undefined || host === '' ? deviceOf(before, excerpt, world) : undefined);
  if (device === undefined)
    return left(
      host === undefined || host === ''
        ? 'is typed on a device, and the text does not say on which'
        : `is typed on ${host}, and no topology was given that has it`,
    );
  world.containers.add(device.container);
  const isLook = lines.every((line) =>
    /^\s*(do )?(show|info|display|ping|traceroute|enable|terminal|environment|sh)\b/.test(line),
  );
  const asked = askedBy(device, lines, opened !== undefined);
  if (asked === undefined)
    return left(
      `is typed on ${device.name}, and nothing says what it runs, so that it could be asked without a terminal`,
    );
  const argv = ['docker', 'exec', device.container, ...asked];
  if (!isLook)
    return {
      kind: 'step',
      draft: {
        id: slug(`${device.name} configuration`),
        name: `Configuration of ${device.name}`,
        action: { run: argv },
        satisfied: 'once',
      },
    };
  const [, instance] = /network-instance (\S+) protocols bgp neighbor/.exec(first) ?? [];
  if (instance !== undefined && lines.length === 1 && world.known.probes.has('srlinux.bgp') && /srl/.test(device.kind))
    return {
      kind: 'check',
      draft: {
        id: slug(`bgp ${device.name} ${instance === 'default' ? '' : instance}`),
        name: `BGP sessions of ${device.name}`,
        health: [
          {
            probe: 'srlinux.bgp',
            router: device.container,
            instance,
            expect: 'size(neighbors) > 0 && established == size(neighbors)',
            within: '3m',
            timeout: '20s',
          },
        ],
      },
    };
  return {
    kind: 'check',
    draft: {
      id: slug(`${device.name} ${first.trim()}`),
      name: `${first.trim()} on ${device.name}`,
      health: [lookFrom({ wrap: [] }, argv, { within: '30s' })],
    },
  };
};
