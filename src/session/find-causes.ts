// From a step to what it comes from: its own verdict and evidence, how it ended last, and the same of every need that is not as it
// should be.
import type { Observation } from '../core/observation.ts';
import type { PlanItem } from '../engine/plan/plan.ts';
import { whyEnded } from '../view/wording.ts';
import type { PlanFound } from './look-at-plan.ts';
import { planView } from './plan-view.ts';

export interface Cause {
  readonly address: string;
  readonly name: string;
  readonly verdict: ReturnType<typeof planView>['steps'][number]['verdict'];
  readonly reason: string;
  readonly evidence: readonly Observation[];
  readonly changes: readonly { readonly path: string; readonly from: unknown; readonly to: unknown }[];
  /** How it ended when it was last looked after; null when no run knows it. */
  readonly last: {
    readonly run: string | null;
    readonly at: string;
    readonly outcome: string;
    readonly reason: string | null;
    readonly failure: string | null;
  } | null;
  /** What it needs and what is not as it should be; each address is told once, where it comes first. */
  readonly causes: readonly Cause[];
  /** Addresses among its needs that were told before. */
  readonly seeAbove: readonly string[];
}

export const findCauses = (item: PlanItem, { items, units, usualMs }: PlanFound): Cause => {
  const byAddress = new Map(items.map((each) => [each.unit.address, each]));
  const childrenOf = new Map(units.map((unit) => [unit.address, unit.children ?? []]));
  const told = new Set<string>();
  const follow = (each: PlanItem): Cause => {
    told.add(each.unit.address);
    const needs = each.unit.needs
      .flatMap((need) => (childrenOf.get(need)?.length ? (childrenOf.get(need) ?? []) : [need]))
      .map((need) => byAddress.get(need))
      .filter((need) => need !== undefined && isOpen(need));
    const open = needs.filter((need) => need !== undefined);
    const above = open.filter((need) => told.has(need.unit.address)).map((need) => need.unit.address);
    const causes: Cause[] = [];
    for (const need of open) if (!told.has(need.unit.address)) causes.push(follow(need));
    return { ...ownCause(each, usualMs), causes, seeAbove: above };
  };
  return follow(item);
};

const isOpen = ({ verdict }: PlanItem): boolean => verdict !== 'keep' && verdict !== 'skip' && verdict !== 'left-out';

const ownCause = (item: PlanItem, usualMs: PlanFound['usualMs']): Omit<Cause, 'causes' | 'seeAbove'> => {
  const { known } = item;
  const [shown] = planView([item], usualMs).steps;
  return {
    address: item.unit.address,
    name: shown?.name ?? item.unit.step.id,
    verdict: shown?.verdict ?? 'unknown',
    reason: item.reason,
    evidence: item.judgement?.evidence ?? [],
    changes: item.judgement?.changes ?? [],
    last: known
      ? {
          run: known.run ?? null,
          at: new Date(known.at).toISOString(),
          outcome: known.outcome ?? 'started, and its end was never written',
          reason: known.reason ?? null,
          failure: known.failure ? whyEnded(known) : null,
        }
      : null,
  };
};
