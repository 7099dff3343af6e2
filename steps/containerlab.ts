// The step type for a containerlab lab: deployed, its cables laid again when a container's restart took them, destroyed with clean-up.
import * as z from 'zod';
import { defineStep, type Seen, type StepContext, StepError } from '../src/engine/step-type.ts';
import { reasonOf } from './command-reason.ts';
import { containerlab, mustContainerlab } from './containerlab-command.ts';
import { labNodes } from './containerlab-inspect.ts';
import { inspectContainers, labelledContainers, notRunning } from './docker-inspect.ts';

const end = z.looseObject({ node: z.string(), interface: z.string() });
const input = z.strictObject({
  lab: z.string().min(1).describe('Name of the lab, as its topology has it'),
  topology: z.string().describe('The topology file'),
  nodes: z.array(z.string()).min(1).describe('Containers that containerlab makes'),
  external: z.array(z.string()).default([]).describe('Containers that are there before it: it only plugs them in'),
  links: z
    .array(z.looseObject({ a: end, b: end, mtu: z.int() }))
    .default([])
    .describe('Cables that must be there'),
  configs: z.array(z.string()).default([]).describe('Files its nodes start with'),
});
type Input = z.output<typeof input>;
type LabLink = Input['links'][number];

export const containerlabDeploy = defineStep({
  name: 'containerlab.deploy',
  summary: 'A containerlab lab with all its containers and cables',
  input,
  outputs: { nodes: 'the containers it made' },
  files: ({ topology, configs }) => [topology, ...configs],
  describe: ({ topology }) => `containerlab deploy -t ${topology}`,
  creates: ({ lab }) => [{ kind: 'containerlab', name: lab }],
  async check(step, context) {
    const { saw, broken } = await lookAtLab(step, context);
    return { holds: broken === undefined, saw, outputs: { nodes: step.nodes } };
  },
  async run(step, context) {
    await demandExternal(step, context);
    const { broken, cut } = await lookAtLab(step, context);
    const outputs = { nodes: step.nodes };
    if (broken === 'cables') {
      await layAgain(cut, step, context);
      return outputs;
    }
    // Whatever else is off, or changed: containerlab takes the lab down and builds it anew, with the configurations as they are now.
    const anew = broken === 'absent' ? [] : ['--reconfigure'];
    await mustContainerlab(context, ['deploy', '-t', step.topology, ...anew], step.topology);
    return outputs;
  },
  async undo(step, context) {
    const file = await context.host.stat(absolute(step.topology, context));
    const which = file ? ['-t', step.topology] : ['--name', step.lab];
    await mustContainerlab(context, ['destroy', ...which, '--cleanup'], file ? step.topology : `${context.stateDir}/`);
  },
  async absent({ lab }, context): Promise<Seen> {
    const [left] = await labelledContainers(context, `containerlab=${lab}`);
    return left === undefined
      ? { holds: true, saw: 'no container of it is left' }
      : { holds: false, saw: `container ${left} is still there` };
  },
});

interface LabLook {
  readonly saw: string;
  /** What is off: nothing of it is there, a container is missing or stopped, or only cables are. Undefined when all is well. */
  readonly broken?: 'absent' | 'nodes' | 'cables';
  readonly cut: readonly LabLink[];
}

const lookAtLab = async (step: Input, context: StepContext): Promise<LabLook> => {
  const options = { topology: step.topology, quiet: true, keepBytes: 16 << 20 };
  const answer = await containerlab(context, ['inspect', '-t', step.topology, '-f', 'json'], options);
  if (answer.ended === 'spawn-failed' || /^sudo:/m.test(answer.stderr))
    throw new StepError(`containerlab can't be asked: ${reasonOf(answer)}`);
  const own = labNodes(answer.stdout, step.lab).filter(({ kind }) => kind !== 'ext-container');
  if (own.length === 0) return { saw: `lab ${step.lab} is not deployed`, broken: 'absent', cut: [] };
  const off = step.nodes.find((name) => own.find((node) => node.name === name)?.state !== 'running');
  if (off !== undefined) {
    const state = own.find(({ name }) => name === off)?.state;
    return {
      saw: `${off}: ${state === undefined ? 'there is no such container' : `container is ${state}`}`,
      broken: 'nodes',
      cut: [],
    };
  }
  const cut = await cutLinks(step, context);
  const [first] = cut;
  if (!first) return { saw: `${step.nodes.length} containers running, ${step.links.length} cables`, cut };
  return {
    saw: `${step.links.length - cut.length} of ${step.links.length} cables; ${nameOf(first)} is cut`,
    broken: 'cables',
    cut,
  };
};

const nameOf = ({ a, b }: LabLink): string => `${a.node}:${a.interface}--${b.node}:${b.interface}`;

/** Links of which an end is not there: a container that restarts loses its end, and the other one goes with it. */
const cutLinks = async ({ links }: Input, context: StepContext): Promise<readonly LabLink[]> => {
  const names = [...new Set(links.flatMap(({ a, b }) => [a.node, b.node]))];
  const found = await Promise.all(names.map(async (name) => [name, await interfacesOf(name, context)] as const));
  const interfaces = new Map(found);
  const isThere = (at: z.output<typeof end>): boolean => interfaces.get(at.node)?.includes(at.interface) === true;
  return links.filter(({ a, b }) => !isThere(a) || !isThere(b));
};

const interfacesOf = async (container: string, context: StepContext): Promise<readonly string[]> => {
  const result = await context.command(['docker', 'exec', container, 'ls', '/sys/class/net'], { quiet: true });
  return result.exitCode === 0 ? result.stdout.split(/\s+/) : [];
};

const layAgain = async (cut: readonly LabLink[], { topology }: Input, context: StepContext): Promise<void> => {
  for (const { a, b, mtu } of cut) {
    const ends = ['-a', `${a.node}:${a.interface}`, '-b', `${b.node}:${b.interface}`];
    await mustContainerlab(context, ['tools', 'veth', 'create', ...ends, '-m', String(mtu)], topology);
  }
};

/** containerlab would wait a quarter of an hour for a container that somebody else has to start. */
const demandExternal = async ({ external }: Input, context: StepContext): Promise<void> => {
  if (external.length === 0) return;
  const off = notRunning(external, await inspectContainers(context, external));
  if (off !== undefined) throw new StepError(`${off}; containerlab can only plug in what runs`);
};

const absolute = (path: string, { projectDir }: StepContext): string =>
  path.startsWith('/') ? path : `${projectDir}/${path}`;
