// The ending of a run: a line of recap, what was proved, and for every failure what a person needs to go on.
import { formatDuration } from '../core/duration.ts';
import { checks } from './checks.ts';
import { commandLine } from './command-line.ts';
import { factEntries } from './fact-entries.ts';
import { failureReport } from './failure-report.ts';
import type { KnownCause } from './known-causes.ts';
import { createPaint, type Paint } from './paint.ts';
import type { RunModel } from './run-model.ts';
import type { StepRecord } from './step-record.ts';
import { table } from './table.ts';
import { cleanName, oneLine } from './text.ts';
import { countOutcomes, countsText, undoneText } from './wording.ts';

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
      ? [`What is broken is made anew by: ${paint.strong(`${program} ${commandLine(heals)}`)}`]
      : [];
  const words = end?.outcome === 'failed' ? 'When that is put right, go on with:' : 'Nothing is lost. Go on with:';
  return ['', ...healing, `${words} ${paint.strong(`${program} ${commandLine(resume)}`)}`];
};
