// What a run would do now, step by step and why. Looks at everything side by side; changes and records nothing.
import type { Scope as RunScope } from '../core/event.ts';
import { topological } from '../core/graph.ts';
import type { Workflow } from '../core/workflow.ts';
import { chosenBy } from './choose-units.ts';
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

export const planWorkflow = async (
  engine: Engine,
  { workflow, known, scope }: PlanRequest,
): Promise<readonly PlanItem[]> => {
  const units = workflow.steps.flatMap((step) => unitsOf(step, engine.scope));
  const chosen = chosenBy(scope, units);
  const steps: Record<string, unknown> = {};
  for (const [address, { outputs, outcome }] of known)
    stepsScope.remember(steps, address, { outputs, outcome: outcome ?? 'interrupted' });
  const freshSince = engine.host.clock.monotonic();
  const judged = new Map<string, Judgement>();
  await Promise.all(
    units
      .filter(({ kind, address }) => kind !== 'parent' && chosen.has(address))
      .map(async (unit) => {
        const redo =
          scope.redo?.some((each) => each === unit.address || each === unit.step.id) === true
            ? 'it was asked to run again'
            : undefined;
        const all = { ...engine.scope, steps, ...unit.locals };
        judged.set(
          unit.address,
          await judge(engine, { unit, known: known.get(unit.address), scope: all, freshSince, redo }),
        );
      }),
  );
  return itemsOf(units, { judged, known, chosen });
};

interface Findings {
  readonly judged: ReadonlyMap<string, Judgement>;
  readonly known: ReadonlyMap<string, Known>;
  readonly chosen: ReadonlySet<string>;
}

const itemsOf = (units: readonly Unit[], { judged, known, chosen }: Findings): readonly PlanItem[] => {
  const items = new Map<string, PlanItem>();
  for (const unit of topological(units)) {
    const judgement = judged.get(unit.address);
    const before = known.get(unit.address);
    const details = { unit, ...(judgement && { judgement }), ...(before && { known: before }) };
    if (unit.kind === 'parent' && unit.children) continue;
    if (!chosen.has(unit.address)) {
      items.set(unit.address, { ...details, verdict: 'left-out', reason: 'not chosen' });
      continue;
    }
    const open = unit.needs.filter((need) => isOpen(need, items, units));
    const late = !judgement || (judgement.verdict === 'fail' && open.length > 0);
    if (late)
      items.set(unit.address, {
        ...details,
        verdict: 'after',
        reason: `known after ${open.join(', ') || unit.needs.join(', ')}`,
      });
    else items.set(unit.address, { ...details, verdict: judgement.verdict, reason: judgement.reason });
  }
  return units.map((unit) => items.get(unit.address)).filter((item) => item !== undefined);
};

/** Whether a need is going to do something first; a parent is when one of its children is. */
const isOpen = (need: string, items: ReadonlyMap<string, PlanItem>, units: readonly Unit[]): boolean => {
  const parent = units.find((unit) => unit.address === need && unit.children);
  if (parent) return (parent.children ?? []).some((child) => isOpen(child, items, []));
  const verdict = items.get(need)?.verdict;
  return verdict === 'run' || verdict === 'after' || verdict === 'wait';
};
