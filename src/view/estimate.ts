// How long the rest will take, if that can be said honestly: the longest chain of unfinished steps by their usual times.
import { longestPaths } from '../core/graph.ts';
import type { RunModel } from './run-model.ts';
import type { StepRecord } from './step-record.ts';

/** Milliseconds, or undefined when a step that is still to be done has never been timed. Limits on parallel steps are not reckoned with. */
export const remainingMs = (model: RunModel, now: number): number | undefined => {
  const rest = [...model.steps.values()].filter(({ phase }) => phase !== 'done' && phase !== 'left-out');
  if (rest.some((record) => weightOf(record, now, model) === undefined)) return undefined;
  const vertices = rest.map(({ planned: { address, needs } }) => ({ address, needs }));
  const paths = longestPaths(vertices, (address) => {
    const record = model.steps.get(address);
    return (record && weightOf(record, now, model)) ?? 0;
  });
  return Math.max(0, ...paths.values());
};

const weightOf = (record: StepRecord, now: number, model: RunModel): number | undefined => {
  const { planned, verdict, startedAt } = record;
  if (planned.parent === true && model.children.has(planned.address)) return 0;
  if (verdict === 'keep' || verdict === 'skip') return 0;
  if (planned.usualMs === undefined) return undefined;
  return startedAt === undefined ? planned.usualMs : Math.max(0, planned.usualMs - (now - startedAt));
};
