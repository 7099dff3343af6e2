// Whether `lab run WORKFLOW` goes on with a run that is unfinished: what run offers, plan and why look at.

import { unfinishedRun } from '../history/history.ts';
import type { RunOptions } from '../project/options.ts';
import type { RunEntry, StateData } from '../store/state.ts';

/** The run it would go on with; undefined when a new one starts. */
export const runToContinue = (
  state: StateData,
  { workflow, variant }: { readonly workflow: string; readonly variant: string },
  options: RunOptions,
): RunEntry | undefined => {
  const asksForAnother = options.new === true || options.defaults === true;
  if (asksForAnother || options.set !== undefined || options.inputs !== undefined) return undefined;
  const run = unfinishedRun(state, { workflow, variant });
  // A run of some steps only would not do what is asked for now; and what failed after it may have changed what it knew.
  return run === undefined || run.partial === true || failedSince(state, run) ? undefined : run;
};

const failedSince = ({ runs }: StateData, run: RunEntry): boolean =>
  runs.slice(runs.indexOf(run) + 1).some((later) => later.variant === run.variant && later.outcome !== 'succeeded');
