// `lab resume [RUN]`: continues the last unfinished run, or the one named.

import { continuedScope } from '../../core/redo.ts';
import { foldRun } from '../../core/run-state.ts';
import { entryOf } from '../../history/find-run.ts';
import { makersOf, unfinishedRun } from '../../history/history.ts';
import { eventsOf } from '../../history/past-runs.ts';
import { CliError, exitCode } from '../../project/exit-code.ts';
import { openWorkflow } from '../../project/open-workflow.ts';
import type { RunOptions } from '../../project/options.ts';
import { chooseVariant, requireVariant } from '../../requirements/choose-variant.ts';
import { consentOf } from '../../session/consent.ts';
import { type CommandContext, lookAtState, openContext } from '../../session/context.ts';
import { execute } from '../../session/execute.ts';
import { scopeOf } from '../../session/run-scope.ts';
import { showPlan } from '../../session/show-plan.ts';
import { startRun } from '../../session/start-run.ts';
import type { RunEntry, StateData } from '../../store/state.ts';

export const resumeCommand = async (named: string | undefined, options: RunOptions): Promise<number> => {
  const context = await openContext(options);
  const state = await lookAtState(context);
  const run = await runToResume(context, state, { named, variant: options.variant });
  const past = foldRun(eventsOf(context.stateDir, run));
  const { start } = past;
  const { project, registry } = context;
  const own = start?.inputs ?? (state.deployed?.run === run.id ? state.deployed.inputs : {});
  const earlier = options.defaults === true ? {} : own;
  const { variant, workflow } = run;
  const wish = { project, registry, variant, workflow, options, earlier, makers: makersOf(state, variant) };
  const scope = continuedScope(past, scopeOf(options));
  if (options.plan === true)
    return showPlan({
      ...{ context, state, opened: await openWorkflow(wish), options, scope, current: run.id },
      notes: [`run ${run.id} (${run.workflow}, variant ${run.variant}) is unfinished, and would be continued`],
    });
  // Killed before its first line was written: there is nothing to continue, so it starts, under a new id.
  const opened = await openWorkflow(wish);
  if (!start) {
    const choice = await chooseVariant({ ...context, state, named: run.variant });
    return startRun({ context, choice, opened, earlier, options });
  }
  return execute({
    context,
    options,
    scope,
    resume: run,
    consent: consentOf(options),
    command: `lab resume ${run.id}`,
    preamble: [`continuing run ${run.id} (${run.workflow}, variant ${run.variant})`],
    open: (now) => {
      demandUnfinished(now, run);
      return openWorkflow(wish);
    },
  });
};

/** It was chosen before the lock was held: whoever held it then may have finished it. @throws CliError 6 */
const demandUnfinished = (now: StateData, { id }: RunEntry): void => {
  const run = now.runs.find((each) => each.id === id);
  if (run?.outcome !== 'succeeded' && run?.superseded !== true) return;
  throw new CliError(exitCode.nothingToResume, whyNot(now, run) ?? `Run ${id} has ended meanwhile.`);
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

const whyNot = ({ runs }: StateData, run: RunEntry): string | undefined => {
  const again = `npx lab run ${run.workflow} --variant ${run.variant}`;
  if (run.outcome === 'succeeded')
    return `Run ${run.id} has succeeded: there is nothing to continue.\nTo run it again: ${again}`;
  if (run.superseded === true) return `What run ${run.id} built was taken down since.\nTo build it again: ${again}`;
  const later = runs
    .slice(runs.indexOf(run) + 1)
    .find(
      (each) =>
        each.variant === run.variant && each.partial !== true && (each.workflow === run.workflow || each.deploys),
    );
  if (!later) return undefined;
  const way =
    later.outcome === 'succeeded' ? `To run it again: ${again}` : `To continue that: npx lab resume ${later.id}`;
  return `Run ${run.id} was followed by run ${later.id}, so it is not continued.\n${way}`;
};
