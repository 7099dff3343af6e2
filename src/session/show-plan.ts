// A plan as `lab plan` and `lab resume --plan` print it. Writes nothing.
import type { Scope } from '../core/event.ts';
import { undoOrder } from '../core/resting.ts';
import { howToPrune } from '../history/left-behind.ts';
import { exitCode } from '../project/exit-code.ts';
import type { RunOptions } from '../project/options.ts';
import { readLockHolder } from '../store/lock.ts';
import { formatPlan } from '../view/plan-table.ts';
import { holdingsToUndo } from './holdings-to-undo.ts';
import { lookAtPlan } from './look-at-plan.ts';
import { planView } from './plan-view.ts';
import { type Prepared, removedOf } from './prepare.ts';
import { asCalled, print, printJson, screen } from './print.ts';

interface PlanWish {
  readonly prepared: Prepared;
  readonly options: RunOptions;
  readonly scope: Scope;
  /** The run that would be continued. */
  readonly continued?: string;
  /** Said before the plan. */
  readonly notes?: readonly string[];
}

/** Looks, and prints what was found. @throws CliError */
export const showPlan = async ({ prepared, options, scope, continued, notes = [] }: PlanWish): Promise<number> => {
  const { context, opened } = prepared;
  const { items, units, usualMs } = await lookAtPlan(prepared, { scope });
  const now = { ...prepared, units };
  const takesAway = takenAway(now, scope);
  const removed =
    opened.workflow.undoes === undefined ? removedOf(now).filter((address) => !takesAway.includes(address)) : [];
  const view = { ...planView(items, usualMs), takesAway, removed };
  const holder = await readLockHolder(context.stateDir);
  const { workflow, variant } = opened;
  if (options.json === true) {
    const running = holder ? { pid: holder.pid, command: holder.command } : null;
    const names = { workflow: workflow.name, variant: variant.name, run: continued ?? null };
    printJson({ ...names, inputs: opened.shownInputs, running, ...view });
    return exitCode.ok;
  }
  const underWay = holder ? [`a run is under way and changes this: ${holder.command} (pid ${holder.pid})`] : [];
  print(
    [
      ...[...notes, ...underWay, ...(notes.length + underWay.length > 0 ? [''] : [])],
      formatPlan(view, screen()),
      ...(removed.length > 0 ? [asCalled(howToPrune(workflow.name), options)] : []),
    ].join('\n'),
  );
  return exitCode.ok;
};

/** What a run would take away before anything else, in that order. */
const takenAway = (prepared: Prepared, scope: Scope): readonly string[] => [
  ...new Set(undoOrder(holdingsToUndo(prepared, scope)).map(({ address }) => address)),
];
