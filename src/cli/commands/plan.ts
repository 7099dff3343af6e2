// `lab plan [WORKFLOW]`: what a run would do to each step now, and why. Writes nothing.
import type { Scope } from '../../core/event.ts';
import { readLockHolder } from '../../store/lock.ts';
import type { StateData } from '../../store/state.ts';
import { formatPlan } from '../../view/plan-table.ts';
import { chooseVariant } from '../choose-variant.ts';
import { type CommandContext, lookAtState, openContext } from '../context.ts';
import { earlierInputs, stickyInputs } from '../earlier-inputs.ts';
import { exitCode } from '../exit-code.ts';
import { makersOf } from '../history.ts';
import { lookAtPlan } from '../look-at-plan.ts';
import { type Opened, openWorkflow } from '../open-workflow.ts';
import type { RunOptions } from '../options.ts';
import { planView } from '../plan-view.ts';
import { print, printJson, screen } from '../print.ts';
import { scopeOf } from '../run-scope.ts';

export const planCommand = async (named: string | undefined, options: RunOptions): Promise<number> => {
  const context = await openContext(options);
  const state = await lookAtState(context);
  const { project, registry, host } = context;
  const { variant, why } = await chooseVariant({ project, registry, state, named: options.variant, host });
  const earlier = earlierInputs(state, variant, options);
  const wish = { project, registry, variant, workflow: named ?? 'deploy', options, earlier };
  const opened = await openWorkflow({ ...wish, makers: makersOf(state, variant) });
  const sticky = stickyInputs(opened, earlier);
  const notes = [
    ...(options.variant === undefined ? [`variant ${variant}: ${why}`] : []),
    ...(sticky === undefined ? [] : [sticky]),
  ];
  return planOf({ context, state, opened, options, scope: scopeOf(options), notes });
};

interface PlanWish {
  readonly context: CommandContext;
  readonly state: StateData;
  readonly opened: Opened;
  readonly options: RunOptions;
  readonly scope: Scope;
  /** The run that would be continued. */
  readonly current?: string;
  /** Said before the plan. */
  readonly notes?: readonly string[];
}

export const planOf = async ({ context, opened, options, notes = [], ...look }: PlanWish): Promise<number> => {
  const { items, usualMs } = await lookAtPlan({ context, opened, ...look });
  const view = planView(items, usualMs);
  const holder = await readLockHolder(context.stateDir);
  const { workflow, variant } = opened;
  if (options.json === true) {
    const running = holder ? { pid: holder.pid, command: holder.command } : null;
    printJson({ workflow: workflow.name, variant: variant.name, inputs: opened.shownInputs, running, ...view });
    return exitCode.ok;
  }
  const underWay = holder ? [`a run is under way and changes this: ${holder.command} (pid ${holder.pid})`] : [];
  print(
    [...notes, ...underWay, ...(notes.length + underWay.length > 0 ? [''] : []), formatPlan(view, screen())].join('\n'),
  );
  return exitCode.ok;
};
