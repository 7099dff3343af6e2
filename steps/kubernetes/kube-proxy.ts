// The step type that rids a node of kube-proxy's iptables rules, in every backend the node has, and leaves the kubelet's chains alone.
import * as z from 'zod';
import { defineProbe, defineStep, type Seen, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { reasonOf } from '../shared/command-reason.ts';
import { proxyLines, withoutProxyLines } from './kube-rules.ts';

const input = z.strictObject({
  container: z.string().describe('The node, as docker calls it'),
  kubernetes: z.string().describe('Version of Kubernetes: it decides which chains are the kubelet’s'),
});
type Input = z.output<typeof input>;

/** Rules live in one of two backends for each family; the other one is empty, unless something changed its mind. */
const backends = ['iptables-nft', 'iptables-legacy', 'ip6tables-nft', 'ip6tables-legacy'] as const;
type Backend = (typeof backends)[number];

export const kubeProxyRules = defineStep({
  name: 'kube-proxy.rules',
  summary: "Removes kube-proxy's iptables rules from a node",
  input,
  describe: ({ container }) => `docker exec ${container} iptables-save | without kube-proxy's lines | iptables-restore`,
  check: (step, context) => lookForRules(step, context),
  async run(step, context) {
    for (const backend of backends) {
      const saved = await rulesOf(backend, step, context);
      if (saved === undefined) continue;
      const lines = proxyLines(saved, step.kubernetes);
      if (lines.length === 0) continue;
      context.log(`${backend}: taking out ${lines.length} lines`);
      const stdin = withoutProxyLines(saved, step.kubernetes);
      await context.must(['docker', 'exec', '-i', step.container, `${backend}-restore`], { stdin });
    }
    return {};
  },
});

export const kubeProxyRulesProbe = defineProbe({
  name: 'kube-proxy.rules',
  summary: "Looks for kube-proxy's iptables rules on a node; holds when there are none",
  input,
  values: { lines: 'the lines that are its own' },
  describe: ({ container }) => `rules of kube-proxy on ${container}`,
  look: (query, context) => lookForRules(query, context),
});

const lookForRules = async (
  step: Input,
  context: StepContext,
): Promise<Seen & { values: { lines: readonly string[] } }> => {
  const seen = await Promise.all(backends.map((backend) => rulesOf(backend, step, context)));
  const lines = seen.flatMap((saved) => proxyLines(saved ?? '', step.kubernetes));
  const [first] = lines;
  const saw =
    first === undefined
      ? "no rule of kube-proxy, the kubelet's chains aside"
      : `${lines.length} lines of kube-proxy, such as ${first.slice(0, 60)}`;
  return { holds: first === undefined, saw, values: { lines } };
};

/** Undefined when the node has no such backend. @throws StepError when the node can't be asked. */
const rulesOf = async (backend: Backend, { container }: Input, context: StepContext): Promise<string | undefined> => {
  const argv = ['docker', 'exec', container, `${backend}-save`];
  const result = await context.command(argv, { quiet: true, keepBytes: 16 << 20 });
  if (result.exitCode === 0) return result.stdout;
  // 126 and 127: the container runs, and has no such program. A kernel without the legacy tables: the program says so itself, with 1 or 3.
  if ([126, 127].includes(result.exitCode ?? -1)) return undefined;
  if ([1, 3].includes(result.exitCode ?? -1) && /^(ip6?tables|modprobe)/m.test(result.stderr)) return undefined;
  throw new StepError(`${container}: ${reasonOf(result)}`);
};
