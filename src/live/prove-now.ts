// Asks again whether what is deployed holds now, as `lab status` does; told as sightings, for the colours of the picture.
import { parseAddress } from '../core/address.ts';
import type { PlanItem } from '../engine/plan/plan.ts';
import { type Sighting, textsIn } from '../report/element-states.ts';
import { type CommandContext, lookAtState } from '../session/context.ts';
import { lookAtPlan } from '../session/look-at-plan.ts';
import { prepare } from '../session/prepare.ts';

/** Undefined when nothing is deployed. Writes nothing. @throws CliError when the files don't allow a look */
export const proveNow = async (context: CommandContext): Promise<readonly Sighting[] | undefined> => {
  const state = await lookAtState(context);
  const { deployed } = state;
  if (!deployed) return undefined;
  const { variant, workflow, inputs: earlier } = deployed;
  const wish = { variant, workflow, options: {}, earlier, built: true, run: 'status' };
  const { items } = await lookAtPlan(await prepare(context, state, wish), { standing: true });
  const at = context.host.clock.now();
  return items.flatMap((item) => sightingOf(item, at));
};

const sightingOf = ({ unit, verdict, reason, judgement, known }: PlanItem, at: number): readonly Sighting[] => {
  if (verdict === 'skip' || verdict === 'left-out' || verdict === 'after') return [];
  const seen = judgement?.evidence ?? [];
  const broken = seen.some((each) => !each.holds);
  // What no run has built yet isn't broken.
  const wasDone = known?.outcome === 'changed' || known?.outcome === 'satisfied';
  const standing = verdict === 'keep' ? 'proved' : broken && wasDone ? 'broken' : 'unproved';
  const evidence = seen.length > 0 || verdict === 'keep' ? seen : [{ probe: unit.address, holds: false, saw: reason }];
  const { key } = parseAddress(unit.address);
  return [{ address: unit.address, key, standing, at, evidence, sets: textsIn(judgement?.definition) }];
};
