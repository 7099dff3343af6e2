// `lab resume [RUN]`: continues the last unfinished run, or the one named.
import { entryOf } from '../../history/find-run.ts';
import { unfinishedRun } from '../../history/history.ts';
import { CliError, exitCode } from '../../project/exit-code.ts';
import type { RunOptions } from '../../project/options.ts';
import { requireVariant } from '../../requirements/choose-variant.ts';
import { type CommandContext, lookAtState, openContext } from '../../session/context.ts';
import { resumeRun, whyNot } from '../../session/resume-run.ts';
import type { RunEntry, StateData } from '../../store/state.ts';

export const resumeCommand = async (named: string | undefined, options: RunOptions): Promise<number> => {
  const context = await openContext(options);
  const state = await lookAtState(context);
  const run = await runToResume(context, state, { named, variant: options.variant });
  return resumeRun({ context, state, run, options });
};

/** @throws CliError 6 when there is nothing to continue, 2 for a run that can't be. */
const runToResume = async (
  { stateDir, project }: CommandContext,
  state: StateData,
  { named, variant }: { named: string | undefined; variant: string | undefined },
): Promise<RunEntry> => {
  if (variant !== undefined) requireVariant(project, variant);
  if (named === undefined) {
    const run = unfinishedRun(state, variant === undefined ? {} : { variant });
    if (run) return run;
    throw new CliError(exitCode.nothingToResume, nothingUnfinished(state, variant));
  }
  const run = await entryOf(stateDir, state, named);
  const reason =
    variant === undefined || run.variant === variant
      ? whyNot(state, run)
      : `Run ${run.id} is of variant ${run.variant}, not of ${variant}.`;
  if (reason === undefined) return run;
  throw new CliError(exitCode.nothingToResume, reason);
};

/** Names the last run's workflow, since `deploy` need not be there; who has run nothing yet is shown what there is. */
const nothingUnfinished = ({ runs }: StateData, variant: string | undefined): string => {
  const last = runs.findLast((run) => variant === undefined || run.variant === variant);
  const of = variant === undefined ? '' : ` of ${variant}`;
  if (!last) return `Nothing to resume: there was no run${of} yet.\nTo see what can be run: npx lab list`;
  return `Nothing to resume: no run${of} is unfinished.\nTo run ${last.workflow} again: npx lab run ${last.workflow} --variant ${last.variant}`;
};
