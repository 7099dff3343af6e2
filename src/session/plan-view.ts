// A plan as the view draws it.
import type { PlanItem } from '../engine/plan/plan.ts';
import type { PlanView } from '../view/plan-table.ts';

type Verdict = PlanView['steps'][number]['verdict'];

export const planView = (items: readonly PlanItem[], usualMs: (address: string) => number | undefined): PlanView => {
  // A need of a whole foreach step is one of each of its children.
  const children = new Map<string, string[]>();
  for (const { unit } of items)
    if (unit.kind === 'child') children.set(unit.step.id, [...(children.get(unit.step.id) ?? []), unit.address]);
  const steps = items
    .filter((item) => item.verdict !== 'left-out')
    .map(({ unit, verdict, reason, judgement, known }) => {
      const usual = usualMs(unit.address);
      const changes = judgement?.changes ?? [];
      return {
        ...{
          address: unit.address,
          name: judgement?.resolved?.name ?? unit.key ?? unit.step.id,
          reason,
          evidence: judgement?.evidence ?? [],
        },
        verdict: wordOf(
          verdict,
          changes.length > 0 || (known !== undefined && judgement?.reason === 'it was asked to run again'),
        ),
        ...(changes.length > 0 && { changes }),
        needs: unit.needs.flatMap((need) => children.get(need) ?? [need]),
        ...(usual !== undefined && { usualMs: usual }),
      };
    });
  const totals: Partial<Record<Verdict, number>> = {};
  for (const { verdict } of steps) totals[verdict] = (totals[verdict] ?? 0) + 1;
  return { steps, totals };
};

const wordOf = (verdict: PlanItem['verdict'], again: boolean): Verdict => {
  if (verdict === 'run') return again ? 'redo' : 'run';
  if (verdict === 'wait') return 'wait';
  if (verdict === 'after') return 'unknown';
  if (verdict === 'fail') return 'blocked';
  return verdict === 'skip' ? 'skip' : 'keep';
};
