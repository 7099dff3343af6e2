// The chain of causes as a person reads it: the step, what was seen, how it ended last, and below it what that comes from.
import { formatDuration } from '../core/duration.ts';
import { changeLines } from '../view/change-text.ts';
import { createPaint } from '../view/paint.ts';
import { cleanName, oneLine, truncate } from '../view/text.ts';
import { observationText } from '../view/wording.ts';
import type { Cause } from './find-causes.ts';

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
