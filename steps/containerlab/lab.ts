// What there is of a containerlab lab, as docker tells it: containers by the label that containerlab gives them, and cables by their ends.
// Not `containerlab inspect -t`: it ends with 1 and tells nothing as soon as one node has no container, and never of a node that left the topology.
import * as z from 'zod';
import type { StepContext } from '../../src/engine/step-type.ts';
import { inspectContainers, labelledContainers } from '../docker/inspect.ts';

const end = z.looseObject({ node: z.string(), interface: z.string() });
export const labLinks = z.array(z.looseObject({ a: end, b: end, mtu: z.int() }));
export type LabLink = z.output<typeof labLinks>[number];

export const labLabel = (lab: string): string => `containerlab=${lab}`;

/** Consoles and the like that containerlab's tools attach to a lab carry its label as well, and this one. */
const toolLabel = 'tool-type';

export interface LabState {
  /** How the containers are that the lab should have, in words, where one does not run; undefined when all do. */
  readonly off: string | undefined;
  /** Containers of the lab that it should not have: their nodes left the topology. */
  readonly strays: readonly string[];
  readonly isEmpty: boolean;
}

/** @throws StepError when docker gives no answer. */
export const labState = async (lab: string, nodes: readonly string[], context: StepContext): Promise<LabState> => {
  const names = await labelledContainers(context, labLabel(lab));
  const known = names.length === 0 ? new Map() : await inspectContainers(context, names);
  const off = nodes.find((name) => known.get(name)?.running !== true);
  const state = off === undefined ? undefined : known.get(off)?.status;
  const how = state === undefined ? 'there is no such container' : `container is ${state}`;
  const strays = names.filter((name) => !nodes.includes(name) && known.get(name)?.labels[toolLabel] === undefined);
  return { off: off === undefined ? undefined : `${off}: ${how}`, strays, isEmpty: names.length === strays.length };
};

/** Links of which an end is not there: a container that restarts loses its end, and the other one goes with it. */
export const cutLinks = async (links: readonly LabLink[], context: StepContext): Promise<readonly LabLink[]> => {
  const own = await lacking(links, (container) => interfacesOf(container, context));
  // In few containers has an end moved into another network namespace, so it is looked for there only when it is missed.
  return lacking(own, async (container) => [
    ...(await interfacesOf(container, context)),
    ...(await movedInterfaces(container, context)),
  ]);
};

const lacking = async (
  links: readonly LabLink[],
  ask: (container: string) => Promise<readonly string[]>,
): Promise<readonly LabLink[]> => {
  const names = [...new Set(links.flatMap(({ a, b }) => [a.node, b.node]))];
  const interfaces = new Map(await Promise.all(names.map(async (name) => [name, await ask(name)] as const)));
  const isThere = (at: z.output<typeof end>): boolean => interfaces.get(at.node)?.includes(at.interface) === true;
  return links.filter(({ a, b }) => !isThere(a) || !isThere(b));
};

const interfacesOf = async (container: string, context: StepContext): Promise<readonly string[]> =>
  wordsOf(context, ['docker', 'exec', container, 'ls', '/sys/class/net']);

const movedInterfaces = async (container: string, context: StepContext): Promise<readonly string[]> => {
  const names = await wordsOf(context, ['docker', 'exec', container, 'ls', '/run/netns']);
  const shown = names.map((name) =>
    wordsOf(context, ['docker', 'exec', container, 'ip', '-n', name, '-br', 'link', 'show']),
  );
  return (await Promise.all(shown)).flat().map((word) => word.replace(/@.*/, ''));
};

const wordsOf = async (context: StepContext, argv: readonly string[]): Promise<readonly string[]> => {
  const result = await context.command(argv, { quiet: true });
  return result.exitCode === 0 ? result.stdout.split(/\s+/).filter((word) => word !== '') : [];
};

export const nameOfLink = ({ a, b }: LabLink): string => `${a.node}:${a.interface}--${b.node}:${b.interface}`;

/** Takes containers of the lab away with their anonymous volumes; their cables go with them. */
export const removeContainers = async (names: readonly string[], context: StepContext): Promise<void> => {
  if (names.length > 0) await context.must(['docker', 'rm', '--force', '--volumes', ...names]);
};
