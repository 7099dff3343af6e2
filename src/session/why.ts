// From a step to what it comes from, and that chain of causes as a person reads it.
import type { Observation } from '../core/failure.ts';
import { formatDuration } from '../core/quantity.ts';
import type { PlanItem } from '../engine/plan/plan.ts';
import { changeLines } from '../view/change-text.ts';
import { cleanName, createPaint, oneLine, truncate } from '../view/text.ts';
import { observationText, whyEnded } from '../view/wording.ts';
import type { PlanFound } from './look-at-plan.ts';
import { planView } from './plan-view.ts';

// From a step to what it comes from: its own verdict and evidence, how it ended last, and the same of every need that is not as it
// should be.

interface Cause {
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

interface Drawing {
  readonly now: number;
  readonly columns: number;
  readonly color: boolean;
}

export const whyText = (answers: readonly Cause[], drawing: Drawing): string => {
  const calm = answers.filter(({ verdict }) => verdict === 'keep' || verdict === 'skip');
  // Of many that hold, one line is enough; one that was asked for by name is told in full.
  const told = answers.length > 1 && calm.length > 0 ? answers.filter((each) => !calm.includes(each)) : answers;
  const rest = answers.length - told.length;
  const blocks = told.map((cause) => [...causeLines(cause, 0, drawing), ...beginnings(cause)]);
  const lines = [
    ...blocks.flatMap((block, at) => (at === 0 ? block : ['', ...block])),
    ...(rest === 0 ? [] : [...(blocks.length > 0 ? [''] : []), `${rest} of ${answers.length} hold or are skipped.`]),
  ];
  return lines.join('\n');
};

const verdictWords: Readonly<Record<Cause['verdict'], string>> = {
  run: 'will run',
  redo: 'will run again',
  wait: 'will only wait',
  keep: 'is kept',
  skip: 'is skipped',
  blocked: "can't run",
  unknown: 'is not known yet',
};

const causeLines = (cause: Cause, depth: number, drawing: Drawing): readonly string[] => {
  const { now, columns, color } = drawing;
  const paint = createPaint(color);
  const { address, name, verdict, reason, evidence, changes, last, causes, seeAbove } = cause;
  const indent = '  '.repeat(depth);
  const label = name === address || address.endsWith(`[${name}]`) ? address : `${address} (${name})`;
  const broken = evidence.filter(({ holds }) => !holds);
  const shown = verdict === 'keep' ? evidence : broken;
  const details = [
    ...changes.flatMap((change) => changeLines(change, columns - indent.length - 2, paint)),
    ...shown.map((seen) => `${seen.holds ? '=' : 'x'} ${observationText(seen)}${seen.holds ? '' : ' (does not hold)'}`),
    ...broken.flatMap(({ message }) => (message === undefined ? [] : [`  ${oneLine(message)}`])),
    ...lastLines(last, now),
    ...seeAbove.map((need) => `because of ${cleanName(need)}, see above`),
  ];
  return [
    // The name gives way, not what is said of it.
    `${indent}${depth === 0 ? '' : 'because '}${paint.strong(truncate(cleanName(label), 48))} ${verdictWords[verdict]}: ${oneLine(reason)}`,
    ...details.map((line) => `${indent}  ${line}`),
    ...causes.flatMap((each) => causeLines(each, depth + 1, drawing)),
  ];
};

const lastLines = (last: Cause['last'], now: number): readonly string[] => {
  if (!last) return ['no run knows it'];
  const ago = `${formatDuration(Math.max(0, now - Date.parse(last.at)))} ago`;
  const where = last.run === null ? '' : ` in run ${last.run}`;
  const why = last.failure ?? (last.outcome === 'changed' ? null : last.reason);
  return [`last: ${last.outcome} ${ago}${where}${why === null ? '' : `: ${oneLine(why)}`}`];
};

/** Where the chains end: what has to be done, or waited for, first. */
const beginnings = (cause: Cause): readonly string[] => {
  const ends = new Set<string>();
  const walk = (each: Cause): void => {
    if (each.causes.length === 0 && each.seeAbove.length === 0) ends.add(each.address);
    for (const next of each.causes) walk(next);
  };
  walk(cause);
  if (ends.has(cause.address)) return [];
  const shown = [...ends].slice(0, 5).map(cleanName).join(', ');
  return [`It begins with ${shown}${ends.size > 5 ? ` and ${ends.size - 5} more` : ''}.`];
};
