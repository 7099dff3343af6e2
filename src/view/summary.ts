// How a run ended: what failed and why, facts, and what to do next.
import { formatDuration } from '../core/quantity.ts';
import { quoteCommand } from '../core/quote.ts';
import { checks } from './checks.ts';
import { findCause } from './find-cause.ts';
import type { KnownCause } from './known-causes.ts';
import type { RunModel } from './run-model.ts';
import type { StepRecord } from './step-record.ts';
import { table } from './table.ts';
import { cleanName, cleanText, createPaint, oneLine, type Paint, wrap } from './text.ts';
import {
  commandOf,
  complaint,
  countOutcomes,
  countsText,
  lastSeen,
  stepTitle,
  tailOf,
  undoneText,
  whyEnded,
} from './wording.ts';

export interface SummaryContext {
  readonly color: boolean;
  /** Of the screen; default 100. */
  readonly columns?: number | undefined;
  /** How this program is called; default `npx lab`. */
  readonly program?: string;
  /** What goes on with this run, after the program's name; default `resume`. Empty where there is nothing to go on with. */
  readonly resume?: readonly string[];
  /** What makes anew what this run only looks at, after the program's name. */
  readonly heals?: readonly string[];
  /** The folder with the logs of this run. */
  readonly logs?: string;
  /** Milliseconds since the epoch; for a run that was cut off. */
  readonly now: number;
  /** Where a step is defined: `file:line:column`. */
  readonly place?: (address: string) => string | undefined;
  /** Path of a step's log, as a person would open it. */
  readonly logPath?: (record: StepRecord) => string | undefined;
  readonly causes?: readonly KnownCause[];
}

const usualProgram = 'npx lab';

/** Failures that are told in full; a flood of them helps nobody. */
const toldInFull = 3;

export const summary = (model: RunModel, context: SummaryContext): string => {
  const paint = createPaint(context.color);
  const parts = [
    ...checks(model, context, paint),
    ...failures(model, context, paint),
    recap(model, context, paint),
    ...undone(model, paint),
    ...facts(model, context, paint),
    ...next(model, context, paint),
  ];
  return `${parts.join('\n')}\n`;
};

const failures = (model: RunModel, context: SummaryContext, paint: Paint): readonly string[] => {
  const all = model.failed;
  const told = all.slice(0, toldInFull).flatMap((record) => [...failureReport(record, context, paint), '']);
  const rest = all.slice(toldInFull).map(({ planned }) => cleanName(planned.address));
  return rest.length === 0 ? told : [...told, `Also failed: ${rest.join(', ')}`, ''];
};

const recap = (model: RunModel, { now }: SummaryContext, paint: Paint): string => {
  const { start, end, sittingSince = now } = model;
  const name = cleanName(`${start?.workflow ?? 'the run'}`);
  const time = formatDuration(end?.durationMs ?? now - sittingSince);
  const counts = countsText(countOutcomes(model.counted));
  const verdict = verdicts(paint)[end?.outcome ?? 'interrupted'];
  return `${verdict} ${paint.strong(name)} in ${time}${counts === '' ? '' : `: ${counts}`}`;
};

const verdicts = (paint: Paint) => ({
  succeeded: paint.good('Succeeded:'),
  failed: paint.bad('Failed:'),
  interrupted: paint.warn('Interrupted:'),
});

const undone = ({ undone: events }: RunModel, paint: Paint): readonly string[] => {
  if (events.length === 0) return [];
  const left = events.filter(({ outcome }) => outcome === 'failed');
  const counts = new Map<string, number>(Object.values(undoWords).map((word) => [word, 0]));
  for (const { outcome, failure } of events) {
    const word = undoWords[failure?.kind === 'blocked' ? 'blocked' : outcome];
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [
    `Taken away: ${countsText(counts)}`,
    ...left.map((event) => `  ${paint.bad('left')} ${cleanName(event.address)}: ${undoneText(event)}`),
  ];
};

const undoWords = {
  removed: 'removed',
  absent: 'gone already',
  contained: 'gone with what held them',
  failed: 'not removed',
  blocked: 'blocked',
} as const;

const facts = (
  model: RunModel,
  { columns = 100, logs, program = usualProgram }: SummaryContext,
  paint: Paint,
): readonly string[] => {
  const proved = factEntries(model.end);
  const known = logs === undefined ? proved : [...proved, ['logs', logs] as const];
  if (known.length === 0) return [];
  // A fact may be a command to type; it has to be about the same project and state as this run.
  const typed = (text: string): string => text.replace(/^npx lab(?= )/, program);
  const rows = known.flatMap(([name, value]) => factRows(name, value, { paint, typed }));
  return ['', ...table(rows, { columns, indent: 2, whole: true })];
};

/** A map of values takes a row each. */
const factRows = (
  name: string,
  value: unknown,
  { paint, typed }: { paint: Paint; typed: (text: string) => string },
): readonly (readonly string[])[] => {
  const title = paint.strong(cleanName(name));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[title, typed(factText(value))]];
  return Object.entries(value).map(([key, each], at) => [
    at === 0 ? title : '',
    `${cleanName(key)}  ${typed(factText(each))}`,
  ]);
};

const factText = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(factText).join(', ');
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value));
};

/** The one thing to type now. */
const next = (
  model: RunModel,
  { program = usualProgram, resume = ['resume'], heals }: SummaryContext,
  paint: Paint,
): readonly string[] => {
  const { end } = model;
  if (end?.outcome === 'succeeded' || resume.length === 0) return [];
  const healing =
    heals && end?.outcome === 'failed'
      ? [`What is broken is made anew by: ${paint.strong(`${program} ${quoteCommand(heals)}`)}`]
      : [];
  const words = end?.outcome === 'failed' ? 'When that is put right, go on with:' : 'Nothing is lost. Go on with:';
  return ['', ...healing, `${words} ${paint.strong(`${program} ${quoteCommand(resume)}`)}`];
};

const tailLines = 15;

const failureReport = (record: StepRecord, context: SummaryContext, paint: Paint): readonly string[] => {
  const { planned, failure, evidence, attempts } = record;
  const label =
    planned.name === planned.address
      ? cleanName(planned.address)
      : `${stepTitle(planned)} (${cleanName(planned.address)})`;
  const why = whyEnded(record) || 'it failed';
  const times = attempts > 1 ? `, after ${attempts} attempts` : '';
  const place = context.place?.(planned.address);
  const log = context.logPath ? context.logPath(record) : record.log;
  const cause = findCause({ failure, evidence, causes: context.causes });
  const told = (text: string): string => wrap(text, (context.columns ?? 100) - indent.length).join(`\n${indent}`);
  return [
    `${paint.bad(`Failed: ${label}`)}: ${why}${times}`,
    ...field('defined at', place, paint),
    ...command(record, paint),
    ...tail(record, paint),
    ...field('last seen', seenText(record), paint),
    ...field('log', log, paint),
    ...(cause ? [...field('cause', told(cause.cause), paint), ...field('remedy', told(cause.remedy), paint)] : []),
  ];
};

const indent = ' '.repeat(14);

const field = (name: string, value: string | undefined, paint: Paint): readonly string[] =>
  value === undefined || value === '' ? [] : [`  ${paint.strong(name.padEnd(11))} ${cleanText(value)}`];

/** The command as it was run; one of several lines stands below its label, so that it can be copied as it is. */
const command = ({ failure, command: started }: StepRecord, paint: Paint): readonly string[] => {
  const text = cleanText(commandOf(failure) ?? started ?? '').trim();
  if (text === '') return [];
  if (!text.includes('\n')) return field('command', text, paint);
  return [`  ${paint.strong('command')}`, ...text.split('\n').map((line) => `    ${line}`)];
};

const tail = ({ failure }: StepRecord, paint: Paint): readonly string[] => {
  const lines = tailOf(failure).filter((line) => line.trim() !== '');
  const shown = lines.slice(-tailLines);
  if (shown.length === 0) return [];
  return [`  ${paint.strong('last lines')}`, ...shown.map((line) => `    ${paint.dim('|')} ${line}`)];
};

/** What was seen of the facts that do not hold, where the headline has not said it. */
const seenText = ({ failure, evidence }: StepRecord): string => {
  const seen = lastSeen(failure, evidence);
  const rest = failure?.kind === 'health' ? seen.slice(1) : failure?.kind === 'precondition' ? [] : seen;
  return rest.map(complaint).join('; ');
};

interface Facts {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly withheld?: readonly string[] | undefined;
}

export const factEntries = (yielded: Facts | undefined): readonly (readonly [string, unknown])[] => {
  const { facts = {}, withheld = [] } = yielded ?? {};
  const known = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined);
  return [...known, ...withheld.map((name) => [name, '(holds a secret, which is kept nowhere)'] as const)];
};
