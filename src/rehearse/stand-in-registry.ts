// Step types and probe types whose place a rehearsal takes: same names, same inputs, but they look at its world and change only that.
import * as z from 'zod';
import { canonical } from '../core/fingerprint.ts';
import { type ProbeType, type Registry, StepError, type StepType } from '../engine/step-type.ts';
import { ownerKey, type StandIns } from './stand-in-workflow.ts';
import type { World } from './world.ts';

/** The command by which a stand-in tells the host that its action happens. */
export const standInProgram = 'lab-rehearse';

export const standInRegistry = (real: Registry, world: World, standIns: StandIns): Registry => ({
  steps: new Map([...real.steps].map(([name, type]) => [name, standInStepType(type, world)])),
  probes: new Map([...real.probes].map(([name, type]) => [name, standInProbeType(type, world, standIns)])),
});

const standInStepType = (type: StepType, world: World): StepType => {
  const keyOf = (input: unknown): string => `${type.name} ${canonical(input)}`;
  const { check: _check, undo: _undo, absent: _absent, ...rest } = type;
  const outputs = Object.fromEntries(Object.keys(type.outputs ?? {}).map((name) => [name, `${name} of ${type.name}`]));
  const holds = (input: unknown) => ({
    holds: world.made.has(keyOf(input)),
    saw: world.made.has(keyOf(input)) ? 'made in this rehearsal' : 'not made yet',
  });
  return {
    ...rest,
    // Outputs are remembered from the run: a stand-in has no others to tell.
    ...(type.check && { check: async (input) => holds(input) }),
    async run(input, context) {
      await context.must([standInProgram, type.name], { here: true });
      world.made.add(keyOf(input));
      return outputs;
    },
    ...(type.undo && {
      undo: async (input) => {
        if (!world.dead) world.made.delete(keyOf(input));
      },
    }),
    ...(type.absent && {
      absent: async (input) => ({ holds: !world.made.has(keyOf(input)), saw: holds(input).saw }),
    }),
  };
};

const owned = z.looseObject({ [ownerKey]: z.object({ owner: z.string(), phase: z.string() }).optional() });

const standInProbeType = (type: ProbeType, world: World, { recorded }: StandIns): ProbeType => {
  const partsOf = (all: unknown): { input: unknown; owner: string; phase: string } => {
    const { [ownerKey]: mark, ...input } = owned.parse(all);
    return { input, ...(mark ?? { owner: '', phase: 'given' }) };
  };
  return {
    ...type,
    input: owned,
    describe: (all) => type.describe(type.input.parse(partsOf(all).input)),
    async look(all, context) {
      const { input, owner, phase } = partsOf(all);
      // Also a rehearsal finds out whether the real probe would take what it is given.
      const parsed = type.input.parse(input);
      const done = world.done.has(owner);
      const holds = phase === 'given' || (phase === 'absence' ? !done : done);
      if (!holds) throw new StepError(phase === 'absence' ? `${owner} is still there` : `${owner} has not acted yet`);
      if (recorded) return type.look(parsed, context);
      return { holds, saw: 'as it should be, in this rehearsal', values: {} };
    },
  };
};
