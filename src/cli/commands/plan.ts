// `lab plan [WORKFLOW]`: what a run would do to each step now, and why. Writes nothing.
import { planWorkflow } from '../../engine/plan.ts';
import type { StateData } from '../../store/state.ts';
import { formatPlan } from '../../view/plan-table.ts';
import { chooseVariant } from '../choose-variant.ts';
import { type CommandContext, lookAtState, openContext } from '../context.ts';
import { createEngine } from '../create-engine.ts';
import { deployedOf } from '../deployed.ts';
import { exitCode } from '../exit-code.ts';
import { historyOf, renamed } from '../history.ts';
import { type Opened, openWorkflow } from '../open-workflow.ts';
import type { RunOptions } from '../options.ts';
import { planView } from '../plan-view.ts';
import { print, printJson, screen } from '../print.ts';
import { scopeOf } from '../run-scope.ts';

export const planCommand = async (workflow: string, options: RunOptions): Promise<number> => {
  const context = await openContext(options);
  const state = await lookAtState(context);
  const { project, registry, host } = context;
  const choice = await chooseVariant({ project, registry, state, named: options.variant, host });
  const earlier = state.deployed?.variant === choice.variant ? state.deployed.inputs : {};
  const opened = await openWorkflow({ project, registry, variant: choice.variant, workflow, options, earlier });
  return planOf({ context, state, opened, options });
};

interface PlanWish {
  readonly context: CommandContext;
  readonly state: StateData;
  readonly opened: Opened;
  readonly options: RunOptions;
  /** The run that would be continued. */
  readonly current?: string;
}

export const planOf = async ({ context, state, opened, options, current }: PlanWish): Promise<number> => {
  const { host, stateDir } = context;
  const { workflow, variant } = opened;
  const history = await historyOf(stateDir, state, {
    workflow: workflow.name,
    variant: variant.name,
    ...(current !== undefined && { current }),
  });
  const deployed = await deployedOf(stateDir, state, variant.name);
  const engine = createEngine(opened, { host, stateDir, run: current ?? 'plan', ...(deployed && { deployed }) });
  const items = await planWorkflow(engine, {
    workflow,
    known: renamed(history.known, workflow),
    scope: scopeOf(options),
  });
  const view = planView(items, history.usualMs);
  if (options.json === true) printJson({ workflow: workflow.name, variant: variant.name, ...view });
  else print(formatPlan(view, screen()));
  return exitCode.ok;
};
