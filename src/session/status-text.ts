// The status of a deployment as a person reads it: what is broken first, then what holds, each with since when.

import { parseAddress } from '../core/address.ts';
import { formatDuration } from '../core/duration.ts';
import { textOf } from '../core/template.ts';
import { howToPrune } from '../history/left-behind.ts';
import { factEntries } from '../view/fact-entries.ts';
import { localDay, localMoment, localTime } from '../view/moment.ts';
import { createPaint, type Paint } from '../view/paint.ts';
import { table } from '../view/table.ts';
import { cleanName, oneLine } from '../view/text.ts';
import type { Status, StepStatus } from './look-at-status.ts';

export interface StatusDrawing {
  readonly now: number;
  readonly columns: number;
  readonly color: boolean;
}

export const statusText = (status: Status, drawing: StatusDrawing): string =>
  [...head(status, drawing), ...steps(status, drawing), ...tail(status)].join('\n');

const head = ({ deployed }: Status, { now, columns }: StatusDrawing): readonly string[] => {
  if (!deployed) return ['Nothing is deployed.'];
  const since = Date.parse(deployed.since);
  const facts = table(
    factEntries(deployed).map(([name, value]) => [cleanName(name), oneLine(textOf(value))]),
    { columns, indent: 2, whole: true },
  );
  return [
    `${deployed.variant} is deployed${deployed.complete ? '' : ', not to its end,'} since ${localMoment(since)} (${formatDuration(now - since)} ago)`,
    ...facts,
  ];
};

const steps = ({ deployed, steps: all, unfinished, problem }: Status, drawing: StatusDrawing): readonly string[] => {
  if (!deployed) return [];
  if (problem !== null)
    return [`Its steps can't be asked, for ${deployed.workflow} is wrong:`, ...problem.trimEnd().split('\n')];
  const paint = createPaint(drawing.color);
  const broken = all.filter((step) => !step.holds);
  const rows = [...broken.map((step) => brokenRow(step, paint, drawing)), ...heldRows(all, paint, drawing)];
  const drawn = table(rows, { columns: drawing.columns, indent: 2 });
  if (broken.length === 0) return [paint.good(`All ${all.length} steps hold, proved just now:`), ...drawn];
  return [
    paint.bad(`${broken.length} of ${all.length} steps do not hold now:`),
    ...drawn,
    ...(unfinished ? [] : [`To heal them: npx lab run ${deployed.workflow}`]),
  ];
};

const brokenRow = ({ address, reason, lastProved, since }: StepStatus, paint: Paint, { now }: StatusDrawing) => {
  const ago = (at: string): string => `${formatDuration(Math.max(0, now - Date.parse(at)))} ago`;
  const held = lastProved === null ? 'never proved' : `held ${ago(lastProved)}`;
  const when = since === null ? held : `since ${clockTime(since, now)}`;
  return [paint.bad('fails'), cleanName(address), when, oneLine(reason)];
};

/** Children of one step that all hold take one row. */
const heldRows = (all: readonly StepStatus[], paint: Paint, { now }: StatusDrawing): readonly (readonly string[])[] => {
  const byStep = new Map<string, StepStatus[]>();
  for (const step of all) {
    const { step: id } = parseAddress(step.address);
    byStep.set(id, [...(byStep.get(id) ?? []), step]);
  }
  return [...byStep].flatMap(([id, each]) => {
    const fold = each.length > 2 && each.every(({ holds }) => holds);
    const rows = fold ? [{ label: `${id} x ${each.length}`, since: latest(each) }] : each.filter(({ holds }) => holds);
    return rows.map((row) => [
      paint.good('holds'),
      cleanName('label' in row ? row.label : row.address),
      ...(row.since === null
        ? ['', '']
        : [`since ${clockTime(row.since, now)}`, `${formatDuration(Math.max(0, now - Date.parse(row.since)))}`]),
    ]);
  });
};

const latest = (steps: readonly StepStatus[]): string | null =>
  steps.reduce<string | null>((last, { since }) => (since !== null && since > (last ?? '') ? since : last), null);

/** With the day when that is another one. */
const clockTime = (at: string, now: number): string => {
  const since = Date.parse(at);
  return localDay(now) === localDay(since) ? localTime(since) : localMoment(since);
};

const tail = ({ unfinished, running, deployed, created, removed }: Status): readonly string[] => [
  ...(running
    ? [`Running now: ${oneLine(running.command)} (pid ${running.pid}, since ${localTime(Date.parse(running.since))})`]
    : []),
  ...(unfinished && !running
    ? [`Run ${unfinished.run} (${unfinished.workflow}) is unfinished. To continue: npx lab resume`]
    : []),
  ...(deployed && removed.length > 0
    ? [
        `No longer in the workflow, and still there: ${removed.map(cleanName).join(', ')}`,
        howToPrune(deployed.workflow),
      ]
    : []),
  ...(!deployed && created > 0
    ? [`${created} created things are still in the ledger. To take them away: npx lab run teardown`]
    : []),
];
