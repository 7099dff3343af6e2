// The small world that the steps and probes of a test act on: `uses: do` makes a fact true, `probe: is` asks for it.
import { z } from 'zod';
import {
  type ProbeType,
  type Registry,
  type StepContext,
  StepError,
  type StepType,
} from '../../src/engine/step-type.ts';

export type Deed = (world: World, context: StepContext) => unknown;

/** What is true, and what was done. */
export class World {
  readonly facts = new Map<string, unknown>();
  /** Names of actions, in the order they started. */
  readonly deeds: string[] = [];
  /** What an action does instead of making its fact true. */
  readonly does = new Map<string, Deed>();
  looks = 0;

  count(name: string): number {
    return this.deeds.filter((each) => each === name).length;
  }
}

/** The types of a test that acts on this world, with those of its own. */
export const registryOf = (
  world: World,
  { steps = [], probes = [] }: { readonly steps?: readonly StepType[]; readonly probes?: readonly ProbeType[] },
): Registry => ({
  steps: byName([doStep(world), ...steps]),
  probes: byName([isProbe(world), commandProbe, ...probes]),
});

const byName = <T extends { readonly name: string }>(types: readonly T[]): ReadonlyMap<string, T> =>
  new Map(types.map((type) => [type.name, type]));

const doStep = (world: World): StepType => ({
  name: 'do',
  summary: 'Does what the test says, else makes the fact of its name true',
  input: z.looseObject({ name: z.string() }),
  async run(input, context) {
    const { name } = input as { name: string };
    world.deeds.push(name);
    const deed = world.does.get(name);
    if (deed) return (await deed(world, context)) as Record<string, unknown> | undefined;
    world.facts.set(name, true);
    return undefined;
  },
});

const isProbe = (world: World): ProbeType => ({
  name: 'is',
  summary: 'Whether a fact is true',
  input: z.strictObject({ fact: z.string() }),
  values: { value: 'what it is' },
  describe: (input) => (input as { fact: string }).fact,
  async look(input) {
    const { fact } = input as { fact: string };
    world.looks += 1;
    const value = world.facts.get(fact);
    if (value instanceof Error) throw new StepError(value.message);
    return { holds: value === true, saw: `${value ?? 'not there'}`, values: { value: value ?? null } };
  },
});

const commandProbe: ProbeType = {
  name: 'command',
  summary: 'Runs a command',
  input: z.strictObject({ run: z.array(z.string()) }),
  values: {},
  describe: (input) => (input as { run: string[] }).run.join(' '),
  async look(input, context) {
    const result = await context.command((input as { run: string[] }).run, { quiet: true });
    const { exitCode, stdout } = result;
    return { holds: exitCode === 0, saw: `exit ${exitCode}`, values: { exitCode, stdout } };
  },
};
