// `lab plan [WORKFLOW]`: what `lab run` would do to each step now, and why. Writes nothing.
import { earlierInputs, stickyInputs } from '../../project/inputs.ts';
import type { RunOptions } from '../../project/options.ts';
import { chooseVariant } from '../../requirements/choose-variant.ts';
import type { Requirement } from '../../requirements/requirements.ts';
import { runToContinue, scopeOf } from '../../session/asked.ts';
import { lookAtState, openContext } from '../../session/context.ts';
import { prepare } from '../../session/prepare.ts';
import { resumeRun } from '../../session/resume-run.ts';
import { showPlan } from '../../session/show-plan.ts';

export const planCommand = async (named: string | undefined, options: RunOptions): Promise<number> => {
  const workflow = named ?? 'deploy';
  const context = await openContext(options);
  const state = await lookAtState(context);
  const { variant, why, requirements } = await chooseVariant({ ...context, state, named: options.variant });
  const unfinished = runToContinue(state, { workflow, variant }, options);
  if (unfinished) return resumeRun({ context, state, run: unfinished, options: { ...options, plan: true } });
  const earlier = earlierInputs(state, variant, options);
  const prepared = await prepare(context, state, { variant, workflow, options, earlier, run: 'plan' });
  const sticky = stickyInputs(prepared.opened, earlier);
  const notes = [
    ...(options.variant === undefined ? [`variant ${variant}: ${why}`] : []),
    ...(sticky === undefined ? [] : [sticky]),
    ...lackOf(variant, requirements),
  ];
  return showPlan({ prepared, options, scope: scopeOf(options), notes });
};

/** A plan for a host that can't run it is worth reading, and not worth running. */
const lackOf = (variant: string, requirements: readonly Requirement[]): readonly string[] => {
  const missing = requirements.filter(({ state }) => state === 'missing').map(({ what }) => what);
  return missing.length === 0
    ? []
    : [`${variant} can't run here yet; missing: ${missing.join(', ')} (lab doctor --variant ${variant})`];
};
