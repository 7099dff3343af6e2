// What kube-proxy or Cilium does on a node: connections to the service address go to a pod.
import * as z from 'zod';
import { defineStep, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { askInside, mustInside } from '../docker/inside.ts';
import { inspectContainers, notRunning } from '../docker/inspect.ts';
import { folderOf, fromHost, inCapsule, needCapsule } from '../netns/capsule-entry.ts';
import { lookAtOrGone } from '../netns/namespaces.ts';
import { reasonOf } from '../shared/command-reason.ts';
import { Gathering } from '../shared/gathering.ts';
import { answersIn, type ShellAnswer } from '../shared/shell-answers.ts';

const input = z.strictObject({
  device: z.looseObject({ name: z.string() }).describe('The node'),
  pods: z
    .array(z.looseObject({ name: z.string(), address: z.string(), node: z.string() }))
    .describe('The pods that serve'),
  template: z.string().default('assets/frr-netns/node.nat.rules.liquid').describe('Template of the rules'),
  container: z.string().optional().describe('The container that is the node; without one it is in the capsule'),
  capsule: z.string().default('lab').describe('The capsule it is in'),
});
type Service = z.output<typeof input>;

const rulesOf = ({ device, pods, template }: Service, context: StepContext): Promise<string> =>
  context.host.render(`${context.projectDir}/${template}`, { fabric: context.model, device, pods });

const fileOf = ({ device }: Service): string => `${folderOf(device.name)}/nat.rules`;

/**
 * Rules without counters, chain by chain, after policies other than ACCEPT: the kernel gives chains back in an order of its own, and
 * rounds probabilities.
 */
const essence = (rules: string): string => {
  const lines = rules.split('\n');
  const policies = lines
    .filter((line) => /^:\S+ (?!ACCEPT\b)[A-Z]/.test(line))
    .map((line) => line.replace(/ \[.*/, ''));
  const appended = lines
    .filter((line) => line.startsWith('-A'))
    .map((line) =>
      line.replace(/--probability ([\d.]+)/, (_, share) => `--probability ${Number(share).toFixed(4)}`).trim(),
    );
  const byChain = new Map<string, string[]>();
  for (const line of appended) {
    const chain = line.split(' ')[1] ?? '';
    byChain.set(chain, [...(byChain.get(chain) ?? []), line]);
  }
  const inOrder = [...byChain.keys()].sort().flatMap((chain) => byChain.get(chain) ?? []);
  return [...policies, ...inOrder].join('\n');
};

/** iptables-save or -restore in some namespaces, in one process. */
const inNamespaces = (command: string) =>
  new Gathering<string, ShellAnswer>(async (context, names) => {
    const script = `for n; do echo "@ $n"; nsenter --net="/run/netns/$n" ${command} 2>&1; echo "= $?"; done; exit 0`;
    const argv = ['sh', '-c', script, 'sh', ...new Set(names)];
    const { stdout } = await inCapsule(context, argv, { quiet: true, keepBytes: 64 << 20 });
    const found = answersIn(stdout);
    return names.map((name) => ({ result: found.get(name) ?? { text: 'no answer', exitCode: 1 } }));
  });

const tables = inNamespaces('iptables-save -t nat');
const restored = inNamespaces('iptables-restore "/run/lab/$n/nat.rules"');

/** The rules of a node as they are now. @throws StepError when there is no capsule. */
const rulesNow = async ({ device, container }: Service, context: StepContext): Promise<ShellAnswer> => {
  if (container === undefined) {
    await needCapsule(context);
    return tables.ask(context, device.name);
  }
  const shown = await askInside(context, container, ['iptables-save', '-t', 'nat']);
  const exitCode = shown.exitCode ?? 1;
  return { text: exitCode === 0 ? shown.stdout : reasonOf(shown), exitCode };
};

export const serviceNat = defineStep({
  name: 'service.nat',
  summary: 'The service on a node: connections to its address are spread over pods',
  input,
  files: ({ template }) => [template],
  describe: ({ device }) => `iptables-restore on ${device.name}`,
  creates: ({ device, container, capsule }) => [
    {
      kind: 'service rules',
      name: device.name,
      within: container === undefined ? `capsule/${capsule}` : `container/${container}`,
    },
  ],
  async check(service, context) {
    const [found, wanted] = await Promise.all([rulesNow(service, context), rulesOf(service, context)]);
    if (found.exitCode !== 0) return { holds: false, saw: found.text.trim().split('\n').at(-1) ?? 'no rules' };
    const there = essence(found.text);
    const count = there === '' ? 0 : there.split('\n').length;
    const same = there === essence(wanted);
    if (same && service.container === undefined) {
      const written = await context.host.readFile(fromHost(await needCapsule(context), fileOf(service)));
      if (written !== wanted) return { holds: false, saw: 'the file of the rules is not what it should be' };
    }
    return {
      holds: same,
      saw: same ? `${count} rules` : count === 0 ? 'no rules' : 'the rules differ from what they should be',
    };
  },
  async run(service, context) {
    const { container, device } = service;
    const rules = await rulesOf(service, context);
    if (container !== undefined) {
      await mustInside(context, container, ['iptables-restore'], { stdin: rules });
      return {};
    }
    const pid = await needCapsule(context);
    await context.host.writeFile(fromHost(pid, fileOf(service)), rules);
    const { exitCode, text } = await restored.ask(context, device.name);
    if (exitCode !== 0) throw new StepError(text.trim() || `iptables-restore ended with ${exitCode}`);
    return {};
  },
  async undo({ device, container }, context) {
    const flush = ['iptables', '-t', 'nat', '--flush'];
    if (container !== undefined) {
      if (await isThere(container, context)) await mustInside(context, container, flush);
      return;
    }
    const world = await lookAtOrGone(context, [device.name]);
    if (world?.links.has(device.name)) await inCapsule(context, flush, { namespace: device.name });
  },
  async absent(service, context) {
    const { device, container } = service;
    const there =
      container === undefined
        ? (await lookAtOrGone(context, [device.name]))?.links.has(device.name) === true
        : await isThere(container, context);
    if (!there) return { holds: true, saw: `its ${container === undefined ? 'namespace' : 'container'} is gone` };
    const left = essence((await rulesNow(service, context)).text);
    return { holds: left === '', saw: left === '' ? 'no rules' : 'rules are left' };
  },
});

const isThere = async (container: string, context: StepContext): Promise<boolean> =>
  notRunning([container], await inspectContainers(context, [container])) === undefined;
