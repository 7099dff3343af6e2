// A plan as a person reads it: every step with its verdict, why, what was seen, and what changed in its definition.
import { parseAddress } from '../core/address.ts';
import type { Observation } from '../core/failure.ts';
import { longestPaths } from '../core/graph.ts';
import { formatDuration } from '../core/quantity.ts';
import { type Change, changeLines } from './change-text.ts';
import { cleanName, createPaint, oneLine, type Paint, textWidth, truncate, wrap } from './text.ts';
import { observationText } from './wording.ts';

type PlanVerdict = 'run' | 'wait' | 'keep' | 'redo' | 'skip' | 'blocked' | 'unknown';

export interface PlanView {
  readonly steps: readonly PlanViewStep[];
  readonly totals: Readonly<Partial<Record<PlanVerdict, number>>>;
  /** Addresses whose things are taken away before anything else, in that order. */
  readonly takesAway?: readonly string[];
  /** Addresses that the workflow no longer has, and whose things stay. */
  readonly removed?: readonly string[];
}

export interface PlanViewStep {
  readonly address: string;
  readonly name: string;
  readonly verdict: PlanVerdict;
  readonly reason: string;
  readonly evidence: readonly Observation[];
  readonly changes?: readonly Change[];
  readonly usualMs?: number;
  readonly needs: readonly string[];
}

export interface PlanDrawing {
  readonly color: boolean;
  readonly columns?: number | undefined;
}

const marks: Readonly<Record<PlanVerdict, { sign: string; word: string; tone: keyof Paint; total: string }>> = {
  run: { sign: '+', word: 'run', tone: 'good', total: 'to run' },
  redo: { sign: '~', word: 'redo', tone: 'warn', total: 'to run again' },
  wait: { sign: '.', word: 'wait', tone: 'live', total: 'to wait for' },
  unknown: { sign: '?', word: 'unknown', tone: 'live', total: 'not known before others have run' },
  blocked: { sign: '!', word: 'blocked', tone: 'bad', total: 'blocked' },
  keep: { sign: '=', word: 'keep', tone: 'dim', total: 'to keep' },
  skip: { sign: '-', word: 'skip', tone: 'dim', total: 'to skip' },
};

export const formatPlan = (plan: PlanView, { color, columns = 100 }: PlanDrawing): string => {
  const paint = createPaint(color);
  const steps = foldKept(plan.steps);
  const labels = steps.map(labelOf);
  const width = Math.min(Math.max(44, columns * 0.4), Math.max(0, ...labels.map(textWidth)));
  const rows = [
    ...(plan.takesAway ?? []).map((address) => paint.warn(`x take away ${cleanName(address)}`)),
    ...(plan.removed ?? []).map((address) =>
      paint.warn(`! stays     ${cleanName(address)}: no longer in the workflow`),
    ),
    ...steps.flatMap((step, at) => [
      ...rowOf(step, { label: labels[at] ?? '', width, columns, paint }),
      ...detailsOf(step, columns, paint),
    ]),
  ];
  return [...rows, ...(rows.length > 0 ? [''] : []), totalsOf(plan)].join('\n');
};

/** Children of one step that are all kept take one row: what a person looks for is the rest. */
const foldKept = (steps: readonly PlanViewStep[]): readonly PlanViewStep[] => {
  const children = new Map<string, PlanViewStep[]>();
  for (const step of steps) {
    const id = parseAddress(step.address).step;
    const known = children.get(id);
    if (known) known.push(step);
    else children.set(id, [step]);
  }
  const folded = new Set(
    [...children].filter(([, all]) => all.length > 2 && all.every(isPlainlyKept)).map(([id]) => id),
  );
  return steps.flatMap((step) => {
    const id = parseAddress(step.address).step;
    if (!folded.has(id)) return [step];
    const all = children.get(id) ?? [];
    if (all[0] !== step) return [];
    const name = `${id} x ${all.length}`;
    return [{ ...step, address: name, name, reason: 'they hold' }];
  });
};

const isPlainlyKept = ({ verdict, reason }: PlanViewStep): boolean => verdict === 'keep' && reason === 'it holds';

const labelOf = ({ address, name }: PlanViewStep): string =>
  name === address || address.endsWith(`[${name}]`) ? cleanName(address) : cleanName(`${address} (${name})`);

const rowOf = (
  { verdict, reason, usualMs }: PlanViewStep,
  { label, width, columns, paint }: { label: string; width: number; columns: number; paint: Paint },
): readonly string[] => {
  const { sign, word, tone } = marks[verdict];
  const shown = truncate(label, width);
  const name = shown + ' '.repeat(width - textWidth(shown));
  const time = takesTime(verdict) && usualMs !== undefined ? ` (about ${formatDuration(usualMs)})` : '';
  const told = verdict === 'wait' ? `waits for ${reason}` : reason;
  const room = Math.max(20, columns - width - 14);
  const [first = '', ...rest] = shortened(wrap(`${oneLine(told)}${time}`, room));
  return [
    `${paint[tone](`${sign} ${word.padEnd(7)}`)}  ${name}  ${truncate(first, room)}`.trimEnd(),
    ...rest.map((line) => `${' '.repeat(width + 13)}${truncate(line, room)}`),
  ];
};

/** Of a reason that is longer, `lab why` has all. */
const mostReasonLines = 3;

const shortened = (lines: readonly string[]): readonly string[] =>
  lines.length <= mostReasonLines
    ? lines
    : [...lines.slice(0, mostReasonLines - 1), lines.slice(mostReasonLines - 1).join(' ')];

const takesTime = (verdict: PlanVerdict): boolean => verdict !== 'keep' && verdict !== 'skip' && verdict !== 'blocked';

/** What is seen now of a step that will not be kept, and what its definition was and is. */
const detailsOf = (
  { verdict, reason, evidence, changes = [] }: PlanViewStep,
  columns: number,
  paint: Paint,
): string[] => {
  const broken = verdict === 'keep' ? [] : evidence.filter(({ holds }) => !holds);
  const seen = broken.map(observationText).filter((text) => text !== oneLine(reason));
  const room = Math.max(20, columns - 12);
  return [
    ...changes.flatMap((change) => changeLines(change, room, paint)).map((line) => `${' '.repeat(11)}${line}`),
    ...seen.map((text) => `${' '.repeat(11)}${paint.bad('x')} ${truncate(`${text} (does not hold)`, room)}`),
  ];
};

const totalsOf = (plan: PlanView): string => {
  const words = Object.entries(marks)
    .map(([verdict, { total }]) => [plan.totals[verdict as PlanVerdict] ?? 0, total] as const)
    .filter(([count]) => count > 0)
    .map(([count, total]) => `${count} ${total}`);
  const away = plan.takesAway?.length ?? 0;
  if (away > 0) words.unshift(`${away} to take away`);
  const removed = plan.removed?.length ?? 0;
  if (removed > 0) words.push(`${removed} no longer in the workflow`);
  const still =
    away === 0 &&
    Object.entries(marks).every(
      ([verdict]) => verdict === 'keep' || verdict === 'skip' || !plan.totals[verdict as PlanVerdict],
    );
  return `Plan: ${[...(still ? ['nothing to do'] : []), ...words].join(', ')}.${timeText(plan)}`;
};

/** About how long it will take; at least so long while a step that is to run has never been timed. */
const timeText = ({ steps }: PlanView): string => {
  const work = steps.filter(({ verdict }) => takesTime(verdict));
  const usual = new Map(work.map(({ address, usualMs = 0 }) => [address, usualMs]));
  const vertices = steps.map(({ address, needs = [] }) => ({ address, needs }));
  const ms = Math.max(0, ...longestPaths(vertices, (address) => usual.get(address) ?? 0).values());
  const untimed = work.filter(({ usualMs }) => usualMs === undefined).length;
  if (work.length === untimed) return '';
  if (untimed === 0) return ` About ${formatDuration(ms)} by earlier runs.`;
  return ` At least ${formatDuration(ms)} by earlier runs; ${untimed} ${untimed === 1 ? 'was' : 'were'} never timed.`;
};
