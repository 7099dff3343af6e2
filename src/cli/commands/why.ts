// `lab why STEP`: why a step would run, or would not: the chain of causes down to the steps where it begins, with what was seen.
import { isMeantBy } from '../../core/address.ts';
import { continuedScope } from '../../core/redo.ts';
import { foldRun } from '../../core/run-state.ts';
import { eventsOf } from '../../history/past-runs.ts';
import { exitCode } from '../../project/exit-code.ts';
import { earlierInputs } from '../../project/inputs.ts';
import type { OutputOptions, WorkflowOptions } from '../../project/options.ts';
import { chooseVariant } from '../../requirements/choose-variant.ts';
import { askedWorkflow, runToContinue } from '../../session/asked.ts';
import { lookAtState, openContext } from '../../session/context.ts';
import { lookAtPlan } from '../../session/look-at-plan.ts';
import { demandSteps, mayHave, prepare } from '../../session/prepare.ts';
import { print, printJson, screen } from '../../session/print.ts';
import { findCauses, whyText } from '../../session/why.ts';

export const whyCommand = async (
  step: string,
  named: string | undefined,
  options: WorkflowOptions & OutputOptions,
): Promise<number> => {
  const context = await openContext(options);
  const state = await lookAtState(context);
  const { project, registry, host } = context;
  const { variant } = await chooseVariant({ project, registry, state, named: options.variant, host });
  const about = askedWorkflow(state, variant, named);
  const { workflow } = about;
  // What `lab run` would do now, which may be to go on with a run.
  const unfinished = runToContinue(state, { workflow, variant }, options);
  const past = unfinished && foldRun(eventsOf(context.stateDir, unfinished));
  const earlier = past?.start?.inputs ?? earlierInputs(state, variant, options);
  const prepared = await prepare(context, state, { variant, options, earlier, ...about, run: unfinished?.id ?? 'why' });
  const found = await lookAtPlan(prepared, past && { scope: continuedScope(past, {}) });
  demandSteps([step], found.units);
  const asked = found.items.filter(({ unit }) => isMeantBy(unit.address, step) || mayHave(unit, step));
  const answers = asked.map((item) => findCauses(item, found));
  if (options.json === true) printJson({ workflow, variant, steps: answers });
  else print(whyText(answers, { now: host.clock.now(), ...screen() }));
  return exitCode.ok;
};
