// How long the rest will take, as far as that can be said honestly: the longest chain of unfinished steps by their usual times.
import { longestPaths } from '../core/graph.ts';
import { formatDuration } from '../core/quantity.ts';
import type { RunModel } from './run-model.ts';
import type { StepRecord } from './step-record.ts';

export interface Estimate {
  readonly ms: number;
  /** A step that is still to be done has never been timed, so that it may take longer. */
  readonly atLeast: boolean;
}

/** Limits on parallel steps are not reckoned with. */
export const estimateRest = (model: RunModel, now: number): Estimate => {
  const rest = [...model.steps.values()].filter(({ phase }) => phase !== 'done' && phase !== 'left-out');
  const vertices = rest.map(({ planned: { address, needs } }) => ({ address, needs }));
  const paths = longestPaths(vertices, (address) => {
    const record = model.steps.get(address);
    return (record && weightOf(record, now, model)) ?? 0;
  });
  const atLeast = rest.some((record) => weightOf(record, now, model) === undefined);
  return { ms: Math.max(0, ...paths.values()), atLeast };
};

/** `about 2m05s`, `at least 40s`; nothing for less than a second, which nobody has to be told of. */
export const estimateText = ({ ms, atLeast }: Estimate): string =>
  ms < 1000 ? '' : `${atLeast ? 'at least' : 'about'} ${formatDuration(ms)}`;

const weightOf = (record: StepRecord, now: number, model: RunModel): number | undefined => {
  const { planned, verdict, startedAt } = record;
  if (planned.parent === true && model.children.has(planned.address)) return 0;
  if (verdict === 'keep' || verdict === 'skip') return 0;
  if (planned.usualMs === undefined) return undefined;
  return startedAt === undefined ? planned.usualMs : Math.max(0, planned.usualMs - (now - startedAt));
};
