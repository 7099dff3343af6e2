// What kube-proxy or Cilium does on a node, in the embedded variant: connections to the service address go to a pod.
import { z } from 'zod';
import { defineStep, type StepContext } from '../src/engine/step-type.ts';
import { entry, folderOf, fromHost, inCapsule, needCapsule } from './capsule-world.ts';
import { aroundOrGone } from './netns.ts';

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
  const chainOf = (line: string): string => line.split(' ')[1] ?? '';
  return appended.sort((a, b) => chainOf(a).localeCompare(chainOf(b))).join('\n');
};

export const serviceNat = defineStep({
  name: 'service.nat',
  summary: 'The service on a node: connections to its address are spread over pods',
  input,
  files: ({ template }) => [template],
  describe: ({ device }) => `iptables-restore on ${device.name}`,
  creates: ({ device, capsule }) => [{ kind: 'service rules', name: device.name, within: `capsule/${capsule}` }],
  async check(service, context) {
    const pid = await needCapsule(context);
    const result = await context.command(
      [...entry(context.host, pid, service.device.name), 'iptables-save', '-t', 'nat'],
      {
        quiet: true,
      },
    );
    if (result.exitCode !== 0) return { holds: false, saw: result.stderr.trim().split('\n').at(-1) ?? 'no rules' };
    const there = essence(result.stdout);
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
    await inCapsule(context, ['iptables-restore', file], { namespace: service.device.name });
    return {};
  },
  async undo({ device }, context) {
    const world = await aroundOrGone(context);
    if (world?.links.has(device.name))
      await inCapsule(context, ['iptables', '-t', 'nat', '--flush'], { namespace: device.name });
  },
  async absent({ device }, context) {
    const world = await aroundOrGone(context);
    if (!world?.links.has(device.name)) return { holds: true, saw: 'its namespace is gone' };
    const { stdout } = await inCapsule(context, ['iptables-save', '-t', 'nat'], {
      namespace: device.name,
      quiet: true,
    });
    return { holds: essence(stdout) === '', saw: essence(stdout) === '' ? 'no rules' : 'rules are left' };
  },
});
