// Everything about one failed step that helps to put it right, in the order a person asks for it.
import { findCause } from './find-cause.ts';
import type { Paint } from './paint.ts';
import type { StepRecord } from './step-record.ts';
import type { SummaryContext } from './summary.ts';
import { cleanName, cleanText } from './text.ts';
import { commandOf, complaint, lastSeen, stepTitle, tailOf, whyEnded } from './wording.ts';
import { wrap } from './wrap.ts';

const tailLines = 15;

export const failureReport = (record: StepRecord, context: SummaryContext, paint: Paint): readonly string[] => {
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
