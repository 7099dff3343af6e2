// What a run would do now, as far as looking tells: the one look that plan, why, status and resume --plan share. Writes nothing.
import type { Scope } from '../core/event.ts';
import type { Known } from '../engine/plan/judge.ts';
import { type PlanItem, planWorkflow } from '../engine/plan/plan.ts';
import type { Unit } from '../engine/step/unit.ts';
import type { History } from '../history/history.ts';
import { demandScope, madeBy, type Prepared } from './prepare.ts';

interface Asked {
  readonly scope?: Scope;
  /** What any run did counts as done, and whether it stands is asked; not what a run would do. */
  readonly standing?: boolean;
}

export interface PlanFound extends Pick<History, 'usualMs' | 'heldSince'> {
  readonly items: readonly PlanItem[];
  /** With the children of those lists that are known now. */
  readonly units: readonly Unit[];
  /** What the workflow has made and is still there, by address. */
  readonly made: readonly string[];
  readonly known: ReadonlyMap<string, Known>;
}

/** @throws CliError 2 for a step of the scope that is not there. */
export const lookAtPlan = async (
  prepared: Prepared,
  { scope = {}, standing = false }: Asked = {},
): Promise<PlanFound> => {
  const { engine, history } = prepared;
  demandScope(prepared, scope);
  const known = standing
    ? new Map([...history.known].map(([address, step]) => [address, { ...step, inThisRun: true }]))
    : history.known;
  const { items, units } = await planWorkflow(engine, { units: prepared.units, known, scope, standing });
  demandScope({ ...prepared, units }, scope);
  const { usualMs, heldSince } = history;
  return { items, units, made: madeBy(prepared), known, usualMs, heldSince };
};
