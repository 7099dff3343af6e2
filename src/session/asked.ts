// What a command line asks for: which workflow, which steps of it, and whether an unfinished run is gone on with.
import type { Scope } from '../core/event.ts';
import { unfinishedRun } from '../history/history.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import type { RunOptions } from '../project/options.ts';
import type { RunEntry, StateData } from '../store/state.ts';

interface AskedWorkflow {
  readonly workflow: string;
  /** Nobody named it: what is deployed was built by it. */
  readonly built: boolean;
}

export const askedWorkflow = ({ deployed }: StateData, variant: string, named: string | undefined): AskedWorkflow => {
  if (named !== undefined) return { workflow: named, built: false };
  return deployed?.variant === variant
    ? { workflow: deployed.workflow, built: true }
    : { workflow: 'deploy', built: false };
};

/** @throws CliError 2 when a step is assumed without a reason, or an option names no step. */
export const scopeOf = ({ only, from, until, redo, prune, assume, reason }: RunOptions): Scope => {
  if (assume && reason === undefined)
    throw new CliError(exitCode.usage, '--assume needs --reason "…": it is kept with the step instead of a proof.');
  const named = { only, redo, assume, from: from?.trim(), until: until?.trim() };
  for (const [option, names] of Object.entries(named))
    if (names?.length === 0) throw new CliError(exitCode.usage, `--${option} names no step.`);
  return {
    ...(only && { only }),
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
    ...(redo && { redo }),
    ...(prune && { prune }),
    ...(assume && { assume: assume.map((step) => ({ step, reason: reason ?? '' })) }),
  };
};

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
