// The page of a job: how the run ended, its facts, every step with its outcome and time, and what failed; as Markdown.
import { formatDuration } from '../core/quantity.ts';
import { findCause } from './find-cause.ts';
import type { RunModel } from './run-model.ts';
import type { StepRecord } from './step-record.ts';
import { factEntries } from './summary.ts';
import { cleanName, cleanText, oneLine } from './text.ts';
import type { ViewContext } from './view.ts';
import { commandOf, countOutcomes, countsText, outcomeWord, tailOf, whyEnded } from './wording.ts';

/** Failures that are told in full; a flood of them helps nobody. */
const toldInFull = 10;

export const jobSummary = (model: RunModel, context: ViewContext): string => {
  const { start, end, sittingSince = context.now() } = model;
  const time = formatDuration(end?.durationMs ?? context.now() - sittingSince);
  const counts = countsText(countOutcomes(model.counted.filter(({ phase }) => phase === 'done')));
  return [
    `## ${escapeText(start?.workflow ?? 'run')} ${end?.outcome ?? 'interrupted'} in ${time}`,
    '',
    counts === '' ? 'No step has ended.' : `${counts}.`,
    ...facts(model),
    ...model.failed.slice(0, toldInFull).flatMap((record) => failure(record, context)),
    ...(model.failed.length > toldInFull ? ['', `And ${model.failed.length - toldInFull} more that failed.`] : []),
    '',
    '<details><summary>All steps</summary>',
    '',
    '| outcome | step | time | reason |',
    '| --- | --- | ---: | --- |',
    ...model.counted.map(row),
    '',
    '</details>',
    '',
  ].join('\n');
};

const facts = ({ end }: RunModel): readonly string[] => {
  const known = factEntries(end);
  if (known.length === 0) return [];
  const rows = known.map(
    ([name, value]) =>
      `| ${escapeText(cleanName(name))} | ${escapeText(typeof value === 'string' ? value : JSON.stringify(value))} |`,
  );
  return ['', '| fact | value |', '| --- | --- |', ...rows];
};

const failure = (record: StepRecord, { place, causes }: ViewContext): readonly string[] => {
  const { planned, failure: failed, evidence, command } = record;
  const known = findCause({ failure: failed, evidence, causes });
  const at = place?.(planned.address);
  const ran = cleanText(commandOf(failed) ?? command ?? '').trim();
  return [
    '',
    `**${escapeText(cleanName(planned.name))}** failed: ${escapeText(whyEnded(record))}`,
    ...(at === undefined ? [] : ['', `Defined at ${escapeText(at)}`]),
    ...codeBlock('Command', ran === '' ? [] : ran.split('\n')),
    ...codeBlock('Last lines', tailOf(failed)),
    ...(known ? ['', `Cause: ${escapeText(known.cause)}`, '', `Remedy: ${escapeText(known.remedy)}`] : []),
  ];
};

/** Indented, since a fence could be closed from within. */
const codeBlock = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', `${title}:`, '', ...lines.map((line) => `    ${line}`)];

const row = (record: StepRecord): string => {
  const { planned, durationMs } = record;
  const time = durationMs === undefined ? '' : formatDuration(durationMs);
  return `| ${outcomeWord(record)} | ${escapeText(cleanName(planned.name))} | ${time} | ${escapeText(whyEnded(record))} |`;
};

/** Text that stays text in a table of GitHub's Markdown. */
const escapeText = (text: string): string =>
  oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_[\]|#!@]/g, (sign) => `&#${sign.charCodeAt(0)};`);
