// The table a run of checks ends with: every fact that was asked for, what was seen, and whether it holds.
import type { RunModel } from './run-model.ts';
import type { StepRecord } from './step-record.ts';
import { table } from './table.ts';
import { cleanLine, cleanName, type Paint } from './text.ts';

/** Empty for a run that did something: its ending speaks of steps, not of facts. */
export const checks = (
  model: RunModel,
  { columns = 100 }: { columns?: number | undefined },
  paint: Paint,
): readonly string[] => {
  const records = model.counted.filter(({ outcome }) => outcome !== undefined && outcome !== 'skipped');
  if (
    records.length < 2 ||
    model.undone.length > 0 ||
    records.some(({ command, outcome }) => command !== undefined || outcome === 'changed')
  )
    return [];
  const rows = records.flatMap((record) => rowsOf(record, paint));
  return [...table([['', 'check', 'seen'].map((title) => paint.dim(title)), ...rows], { columns }), ''];
};

const rowsOf = ({ planned, evidence, outcome }: StepRecord, paint: Paint): readonly (readonly string[])[] => {
  const verdict = (holds: boolean): string => (holds ? paint.good('holds') : paint.bad('fails'));
  if (evidence.length === 0)
    return [
      [outcome === 'blocked' ? paint.warn('blocked') : verdict(outcome === 'satisfied'), cleanName(planned.name), ''],
    ];
  return evidence.map(({ holds, saw, probe }) => [
    verdict(holds),
    cleanName(planned.name),
    cleanLine(evidence.length > 1 ? `${probe}: ${saw}` : saw),
  ]);
};
