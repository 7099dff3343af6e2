// The page of a job: how the run ended, its facts, every step with its outcome and time, and what failed; as Markdown.
import { formatDuration } from '../core/duration.ts';
import type { RunModel } from './run-model.ts';
import type { StepRecord } from './step-record.ts';
import { cleanLine } from './text.ts';
import { countOutcomes, countsText, failureText, outcomeWord, tailOf } from './wording.ts';

export const jobSummary = (model: RunModel, now: number): string => {
  const { start, end, sittingSince = now } = model;
  const time = formatDuration(end?.durationMs ?? now - sittingSince);
  const counts = countsText(countOutcomes(model.counted.filter(({ phase }) => phase === 'done')));
  return [
    `## ${escapeText(start?.workflow ?? 'run')} ${end?.outcome ?? 'interrupted'} in ${time}`,
    '',
    counts === '' ? 'No step has ended.' : `${counts}.`,
    ...facts(model),
    ...model.failed.flatMap(failure),
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
  const known = Object.entries(end?.facts ?? {}).filter(([, value]) => value !== null && value !== undefined);
  if (known.length === 0) return [];
  const rows = known.map(
    ([name, value]) =>
      `| ${escapeText(name)} | ${escapeText(typeof value === 'string' ? value : JSON.stringify(value))} |`,
  );
  return ['', '| fact | value |', '| --- | --- |', ...rows];
};

const failure = (record: StepRecord): readonly string[] => {
  const why = record.failure ? failureText(record.failure) : (record.reason ?? '');
  const lines = tailOf(record.failure).map((line) => `    ${line}`);
  return [
    '',
    `**${escapeText(record.planned.name)}** failed: ${escapeText(why)}`,
    ...(lines.length > 0 ? ['', ...lines] : []),
  ];
};

const row = (record: StepRecord): string => {
  const { planned, durationMs, reason, failure: failed } = record;
  const time = durationMs === undefined ? '' : formatDuration(durationMs);
  const why = failed ? failureText(failed) : (reason ?? '');
  return `| ${outcomeWord(record)} | ${escapeText(planned.name)} | ${time} | ${escapeText(why)} |`;
};

/** Text that stays text in a table of GitHub's Markdown. */
const escapeText = (text: string): string =>
  cleanLine(text.replaceAll('\n', ' '))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_[\]|#!@]/g, (sign) => `&#${sign.charCodeAt(0)};`);
