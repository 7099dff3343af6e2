// What a run would do now, as far as looking tells: the one look that plan, why, status and resume --plan share. Writes nothing.
import type { Scope } from '../core/event.ts';
import type { Known } from '../engine/plan/judge.ts';
import { type PlanItem, planWorkflow } from '../engine/plan/plan.ts';
import type { Unit } from '../engine/step/unit.ts';
import { deployedOf } from '../history/deployed.ts';
import { type History, historyOf, holdingsOf, renamed, renamedThings } from '../history/history.ts';
import type { Opened } from '../project/open-workflow.ts';
import type { StateData } from '../store/state.ts';
import type { CommandContext } from './context.ts';
import { createEngine } from './create-engine.ts';
import { demandSteps, namesIn, unitsOfWorkflow } from './units-of.ts';

export interface Look {
  readonly context: CommandContext;
  readonly state: StateData;
  readonly opened: Opened;
  readonly scope?: Scope;
  /** The run that would be continued; `all`: what any of them did counts as done in this one, and whether it stands is asked. */
  readonly current?: string | 'all';
}

export interface PlanFound {
  readonly items: readonly PlanItem[];
  /** With the children of those lists that are known now. */
  readonly units: readonly Unit[];
  /** What the workflow has made and is still there, by address. */
  readonly made: readonly string[];
  readonly known: ReadonlyMap<string, Known>;
  readonly usualMs: History['usualMs'];
  readonly heldSince: History['heldSince'];
}

/** @throws CliError 2 for a step of the scope that is not there, 3 for a foreach that can't be expanded. */
export const lookAtPlan = async ({ context, state, opened, scope = {}, current }: Look): Promise<PlanFound> => {
  const { host, stateDir } = context;
  const { workflow, variant } = opened;
  const names = { workflow: workflow.name, variant: variant.name };
  const history = await historyOf(stateDir, state, { ...names, ...(current !== undefined && { current }) });
  const read = { workflow: workflow.name, known: history.known };
  const deployed = await deployedOf(stateDir, state, { variant: variant.name, read });
  const engine = createEngine(opened, { host, stateDir, run: current ?? 'plan', ...(deployed && { deployed }) });
  const created = renamedThings(state.created, { ...names, steps: workflow.steps });
  const made = holdingsOf(created, variant.name, workflow.name).map(({ address }) => address);
  demandSteps(namesIn(scope), unitsOfWorkflow(opened, engine), made);
  const found = renamed(history.known, workflow);
  const known =
    current === 'all' ? new Map([...found].map(([address, step]) => [address, { ...step, inThisRun: true }])) : found;
  const { items, units } = await planWorkflow(engine, { workflow, known, scope, standing: current === 'all' });
  demandSteps(namesIn(scope), units, made);
  return { items, units, made, known, usualMs: history.usualMs, heldSince: history.heldSince };
};
