// What a run would do now, step by step and why. Looks at everything side by side; changes and records nothing.
import { isMeantBy } from '../core/address.ts';
import type { Scope as RunScope } from '../core/event.ts';
import { topological } from '../core/graph.ts';
import type { Workflow } from '../core/workflow.ts';
import { type Chosen, chosenBy } from './choose-units.ts';
import type { Engine } from './engine.ts';
import { type Judgement, judge, type Known } from './judge.ts';
import { stepsScope } from './steps-scope.ts';
import { type Unit, unitsOf } from './unit.ts';

export interface PlanItem {
  readonly unit: Unit;
  /** `after`: what it will do is known once steps before it have run. */
  readonly verdict: Judgement['verdict'] | 'after' | 'left-out';
  readonly reason: string;
  readonly judgement?: Judgement;
  readonly known?: Known;
}

export interface PlanRequest {
  readonly workflow: Workflow;
  readonly known: ReadonlyMap<string, Known>;
  readonly scope: RunScope;
}

/** @throws ExpansionError or ExpressionError for a list that is none. */
export const planWorkflow = async (
  engine: Engine,
  { workflow, known, scope }: PlanRequest,
): Promise<readonly PlanItem[]> => {
  const units = workflow.steps.flatMap((step) => unitsOf(step, engine.scope));
  const isChosen = chosenBy(scope, units);
  const steps: Record<string, unknown> = {};
  for (const [address, { outputs, outcome }] of known)
    stepsScope.remember(steps, address, { outputs, outcome: outcome ?? 'interrupted' });
  const freshSince = engine.host.clock.monotonic();
  const judged = new Map<string, Judgement>();
  const judgeOne = async (unit: Unit): Promise<void> => {
    const { address, locals } = unit;
    const again = scope.redo?.some((each) => isMeantBy(address, each)) === true;
    const judgement = await judge(engine, {
      ...{ unit, known: known.get(address), scope: { ...engine.scope, steps, ...locals }, freshSince },
      redo: again ? 'it was asked to run again' : undefined,
      assume: scope.assume?.find((each) => isMeantBy(address, each.step))?.reason,
    });
    judged.set(address, judgement);
  };
  await Promise.all(units.filter((unit) => unit.kind !== 'parent' && isChosen(unit)).map(judgeOne));
  return itemsOf(units, { judged, known, isChosen });
};

interface Findings {
  readonly judged: ReadonlyMap<string, Judgement>;
  readonly known: ReadonlyMap<string, Known>;
  readonly isChosen: Chosen;
}

const itemsOf = (units: readonly Unit[], findings: Findings): readonly PlanItem[] => {
  const items = new Map<string, PlanItem>();
  /** By address, what of all below it is going to do something first. */
  const open = new Map<string, ReadonlySet<string>>();
  for (const unit of topological(units)) {
    const below = openBelow(unit, open);
    if (unit.kind === 'parent' && unit.children) {
      open.set(unit.address, below);
      continue;
    }
    const item = itemOf(unit, below, findings);
    items.set(unit.address, item);
    const acts = item.verdict === 'run' || item.verdict === 'after' || item.verdict === 'wait';
    open.set(unit.address, acts ? new Set([unit.address]) : below);
  }
  return units.map((unit) => items.get(unit.address)).filter((item) => item !== undefined);
};

/** Of a chain only its last link is named, so that the sets stay small. */
const openBelow = ({ needs }: Unit, open: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> => {
  const [first, ...others] = needs.map((need) => open.get(need)).filter((each) => each !== undefined && each.size > 0);
  if (!first || others.length === 0) return first ?? nobody;
  return new Set([first, ...others].flatMap((each) => [...(each ?? nobody)]));
};

const nobody: ReadonlySet<string> = new Set();

const itemOf = (unit: Unit, below: ReadonlySet<string>, { judged, known, isChosen }: Findings): PlanItem => {
  const judgement = judged.get(unit.address);
  const before = known.get(unit.address);
  const details = { unit, ...(judgement && { judgement }), ...(before && { known: before }) };
  if (!isChosen(unit)) return { ...details, verdict: 'left-out', reason: 'not chosen' };
  if (judgement && (judgement.verdict !== 'fail' || below.size === 0))
    return { ...details, verdict: judgement.verdict, reason: judgement.reason };
  const waited = below.size > 0 ? [...below] : unit.needs;
  const more = waited.length > 4 ? ` and ${waited.length - 3} more` : '';
  const named = more === '' ? waited : waited.slice(0, 3);
  return { ...details, verdict: 'after', reason: `known after ${named.join(', ')}${more}` };
};
