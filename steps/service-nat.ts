// What kube-proxy or Cilium does on a node, in the embedded variant: connections to the service address go to a pod.
import * as z from 'zod';
import { defineStep, type StepContext, StepError } from '../src/engine/step-type.ts';
import { folderOf, fromHost, inCapsule, needCapsule } from './capsule-world.ts';
import { Gathering } from './gathering.ts';
import { lookAtOrGone } from './netns.ts';
import { answersIn, type ShellAnswer } from './shell-answers.ts';

const input = z.strictObject({
  device: z.looseObject({ name: z.string() }).describe('The node'),
  pods: z
    .array(z.looseObject({ name: z.string(), address: z.string(), node: z.string() }))
    .describe('The pods that serve'),
  template: z.string().default('assets/frr-netns/node.nat.rules.liquid').describe('Template of the rules'),
  capsule: z.string().default('lab').describe('The capsule it is in'),
});
type Service = z.output<typeof input>;

const rulesOf = ({ device, pods, template }: Service, context: StepContext): Promise<string> =>
  context.host.render(`${context.projectDir}/${template}`, { fabric: context.model, device, pods });

/** Rules without counters, chain by chain: the kernel gives chains back in an order of its own, and rounds probabilities. */
const essence = (rules: string): string => {
  const appended = rules
    .split('\n')
    .filter((line) => line.startsWith('-A'))
    .map((line) =>
      line.replace(/--probability ([\d.]+)/, (_, share) => `--probability ${Number(share).toFixed(4)}`).trim(),
    );
  const byChain = new Map<string, string[]>();
  for (const line of appended) {
    const chain = line.split(' ')[1] ?? '';
    byChain.set(chain, [...(byChain.get(chain) ?? []), line]);
  }
  return [...byChain.keys()]
    .sort()
    .flatMap((chain) => byChain.get(chain) ?? [])
    .join('\n');
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

export const serviceNat = defineStep({
  name: 'service.nat',
  summary: 'The service on a node: connections to its address are spread over pods',
  input,
  files: ({ template }) => [template],
  describe: ({ device }) => `iptables-restore on ${device.name}`,
  creates: ({ device, capsule }) => [{ kind: 'service rules', name: device.name, within: `capsule/${capsule}` }],
  async check(service, context) {
    await needCapsule(context);
    const found = await tables.ask(context, service.device.name);
    if (found.exitCode !== 0) return { holds: false, saw: found.text.trim().split('\n').at(-1) ?? 'no rules' };
    const there = essence(found.text);
    const count = there === '' ? 0 : there.split('\n').length;
    const same = there === essence(await rulesOf(service, context));
    return {
      holds: same,
      saw: same ? `${count} rules` : count === 0 ? 'no rules' : 'the rules differ from what they should be',
    };
  },
  async run(service, context) {
    const pid = await needCapsule(context);
    const file = `${folderOf(service.device.name)}/nat.rules`;
    await context.host.writeFile(fromHost(pid, file), await rulesOf(service, context));
    const { exitCode, text } = await restored.ask(context, service.device.name);
    if (exitCode !== 0) throw new StepError(text.trim() || `iptables-restore ended with ${exitCode}`);
    return {};
  },
  async undo({ device }, context) {
    const world = await lookAtOrGone(context, [device.name]);
    if (world?.links.has(device.name))
      await inCapsule(context, ['iptables', '-t', 'nat', '--flush'], { namespace: device.name });
  },
  async absent({ device }, context) {
    const world = await lookAtOrGone(context, [device.name]);
    if (!world?.links.has(device.name)) return { holds: true, saw: 'its namespace is gone' };
    const left = essence((await tables.ask(context, device.name)).text);
    return { holds: left === '', saw: left === '' ? 'no rules' : 'rules are left' };
  },
});
