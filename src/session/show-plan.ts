// A plan as `lab plan` and `lab resume --plan` print it. Writes nothing.
import type { Scope } from '../core/event.ts';
import { newestFirst } from '../engine/undo/undo.ts';
import { renamedThings } from '../history/history.ts';
import { exitCode } from '../project/exit-code.ts';
import type { Opened } from '../project/open-workflow.ts';
import type { RunOptions } from '../project/options.ts';
import { readLockHolder } from '../store/lock.ts';
import type { StateData } from '../store/state.ts';
import { formatPlan } from '../view/plan-table.ts';
import type { CommandContext } from './context.ts';
import { holdingsToUndo } from './holdings-to-undo.ts';
import { lookAtPlan } from './look-at-plan.ts';
import { planView } from './plan-view.ts';
import { print, printJson, screen } from './print.ts';

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

/** Looks, and prints what was found. @throws CliError */
export const showPlan = async ({ context, opened, options, notes = [], ...look }: PlanWish): Promise<number> => {
  const { items, usualMs } = await lookAtPlan({ context, opened, ...look });
  const away = takenAway(opened, look);
  const view = { ...planView(items, usualMs), takesAway: away };
  const holder = await readLockHolder(context.stateDir);
  const { workflow, variant } = opened;
  if (options.json === true) {
    const running = holder ? { pid: holder.pid, command: holder.command } : null;
    const continued = look.current ?? null;
    const names = { workflow: workflow.name, variant: variant.name, run: continued };
    printJson({ ...names, inputs: opened.shownInputs, running, ...view });
    return exitCode.ok;
  }
  const underWay = holder ? [`a run is under way and changes this: ${holder.command} (pid ${holder.pid})`] : [];
  print(
    [...notes, ...underWay, ...(notes.length + underWay.length > 0 ? [''] : []), formatPlan(view, screen())].join('\n'),
  );
  return exitCode.ok;
};

/** What a run would take away before anything else, the newest first. */
const takenAway = (opened: Opened, { scope, state }: Pick<PlanWish, 'scope' | 'state'>): readonly string[] => {
  const { name: workflow, steps } = opened.workflow;
  const created = renamedThings(state.created, { workflow, variant: opened.variant.name, steps });
  return [...new Set(newestFirst(holdingsToUndo(opened, scope, created)).map(({ address }) => address))];
};
