// The step type for a containerlab lab: deployed, its cables laid again when a container's restart took them, destroyed with clean-up.
import * as z from 'zod';
import { defineStep, type Seen, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { inspectContainers, labelledContainers, notRunning } from '../docker/inspect.ts';
import { mustContainerlab } from './command.ts';
import { cutLinks, type LabLink, labLabel, labLinks, labState, nameOfLink, removeContainers } from './lab.ts';
import { errorsLogged, markFinished, markUnfinished, unfinished } from './log.ts';

const input = z.strictObject({
  lab: z.string().min(1).describe('Name of the lab, as its topology has it'),
  topology: z.string().describe('The topology file'),
  nodes: z
    .array(z.string())
    .min(1)
    .describe('All containers that containerlab makes; others of the lab have left its topology, and are taken away'),
  external: z.array(z.string()).default([]).describe('Containers that are there before it: it only plugs them in'),
  links: labLinks.default([]).describe('Cables that must be there'),
  configs: z.array(z.string()).default([]).describe('Files its nodes start with'),
});
type Input = z.output<typeof input>;

export const containerlabDeploy = defineStep({
  name: 'containerlab.deploy',
  summary: 'A containerlab lab with all its containers and cables',
  input,
  outputs: { nodes: 'the containers it made' },
  files: ({ topology, configs }) => [topology, ...configs],
  describe: ({ topology }) => ['containerlab', ...deployment(topology)].join(' '),
  creates: ({ lab }) => [{ kind: 'containerlab', name: lab }],
  async check(step, context) {
    const { saw, broken } = await lookAtLab(step, context);
    return { holds: broken === undefined, saw, outputs: { nodes: step.nodes } };
  },
  async run(step, context) {
    await demandExternal(step, context);
    const { broken, cut, strays } = await lookAtLab(step, context);
    await removeContainers(strays, context);
    if (broken === 'cables') await layAgain(cut, step, context);
    else if (broken !== 'strays') await deploy(step, context);
    return { nodes: step.nodes };
  },
  async undo(step, context) {
    await destroy(step, context);
    await removeContainers(await labelledContainers(context, labLabel(step.lab)), context);
    await markFinished(step.lab, context);
  },
  async absent({ lab }, context): Promise<Seen> {
    const [left] = await labelledContainers(context, labLabel(lab));
    return left === undefined
      ? { holds: true, saw: 'no container of it is left' }
      : { holds: false, saw: `container ${left} is still there` };
  },
});

interface LabLook {
  readonly saw: string;
  /** What is off: nothing of it is there, a container or the end of a deploy is missing, only cables are, or too much is there. Undefined when all is well. */
  readonly broken?: 'absent' | 'nodes' | 'unfinished' | 'cables' | 'strays';
  readonly cut: readonly LabLink[];
  readonly strays: readonly string[];
}

const lookAtLab = async ({ lab, nodes, links }: Input, context: StepContext): Promise<LabLook> => {
  const { off, strays, isEmpty } = await labState(lab, nodes, context);
  const found = { cut: [], strays };
  if (isEmpty) return { saw: `lab ${lab} is not deployed`, broken: 'absent', ...found };
  if (off !== undefined) return { saw: off, broken: 'nodes', ...found };
  const why = await unfinished(lab, context);
  if (why !== undefined) return { saw: `its last deploy did not end well: ${why}`, broken: 'unfinished', ...found };
  const cut = await cutLinks(links, context);
  const [first] = cut;
  if (first) {
    const saw = `${links.length - cut.length} of ${links.length} cables; ${nameOfLink(first)} is cut`;
    return { saw, broken: 'cables', cut, strays };
  }
  if (strays.length > 0)
    return { saw: `${strays[0]} is there, and the topology has no such node`, broken: 'strays', ...found };
  return { saw: `${nodes.length} containers running, ${links.length} cables`, ...found };
};

/**
 * Whatever else is off, or changed: containerlab takes the lab down, forgets what its nodes saved, and builds it anew, with the configurations
 * as they are now. Without the flag a node boots with what an earlier lab of that name left in its folder.
 */
const deployment = (topology: string): readonly string[] => ['deploy', '-t', topology, '--reconfigure'];

const deploy = async ({ lab, topology }: Input, context: StepContext): Promise<void> => {
  await markUnfinished(lab, 'it was cut off', context);
  const { stderr } = await mustContainerlab(context, deployment(topology), topology);
  const errors = errorsLogged(stderr);
  const [first] = errors;
  if (first === undefined) return markFinished(lab, context);
  await markUnfinished(lab, first, context);
  throw new StepError(`containerlab ended well, but logged: ${first}`, { tail: errors });
};

/** By its topology where that is there, else by name, which older releases can't do: what they leave goes with its label. */
const destroy = async ({ lab, topology }: Input, context: StepContext): Promise<void> => {
  if (await context.host.stat(absolute(topology, context))) {
    await mustContainerlab(context, ['destroy', '-t', topology, '--cleanup'], topology);
    return;
  }
  if ((await labelledContainers(context, labLabel(lab))).length === 0) return;
  try {
    await mustContainerlab(context, ['destroy', '--name', lab, '--cleanup'], `${context.stateDir}/`);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    context.log(`containerlab destroy: ${error.message}; its containers are removed by their label`);
  }
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
