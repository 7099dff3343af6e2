// `lab resume [RUN]`: continues the last unfinished run, or the one named.

import type { RunEntry, StateData } from '../../store/state.ts';
import { type CommandContext, lookAtState, openContext } from '../context.ts';
import { execute } from '../execute.ts';
import { CliError, exitCode } from '../exit-code.ts';
import { entryOf } from '../find-run.ts';
import { eventsOf, unfinishedRun } from '../history.ts';
import { openWorkflow } from '../open-workflow.ts';
import type { RunOptions } from '../options.ts';
import { scopeOf } from '../run-scope.ts';
import { planOf } from './plan.ts';

export const resumeCommand = async (named: string | undefined, options: RunOptions): Promise<number> => {
  const context = await openContext(options);
  const state = await lookAtState(context);
  const run = await runToResume(context, state, named);
  const start = (await eventsOf(context.stateDir, run.id)).find((event) => event.type === 'run.started');
  const { project, registry } = context;
  const earlier = start?.inputs ?? (state.deployed?.run === run.id ? state.deployed.inputs : {});
  const wish = { project, registry, variant: run.variant, workflow: run.workflow, options, earlier };
  if (options.plan === true)
    return planOf({ context, state, opened: await openWorkflow(wish), options, current: run.id });
  await openWorkflow(wish);
  // A run killed before its first line was written has nothing to continue: it starts, under its own id no longer.
  const resume = start === undefined ? {} : { resume: run };
  const scope = { ...start?.scope, ...scopeOf(options) };
  const preamble = [`continuing run ${run.id} (${run.workflow}, variant ${run.variant})`];
  const command = `lab resume ${run.id}`;
  return execute({
    context,
    options,
    scope,
    ...resume,
    consent: options.yes === true || start !== undefined,
    command,
    preamble,
    open: () => openWorkflow(wish),
  });
};

/** @throws CliError 6 when there is nothing to continue, 2 for a run that can't be. */
const runToResume = async (
  { stateDir }: CommandContext,
  state: StateData,
  named: string | undefined,
): Promise<RunEntry> => {
  if (named !== undefined) {
    const run = await entryOf(stateDir, state, named);
    if (run.outcome === 'succeeded')
      throw new CliError(
        exitCode.nothingToResume,
        `Run ${run.id} has succeeded: there is nothing to continue.\nTo run it again: npx lab run ${run.workflow}`,
      );
    if (run.superseded === true)
      throw new CliError(
        exitCode.nothingToResume,
        `What run ${run.id} built was taken down since.\nTo build it again: npx lab run ${run.workflow}`,
      );
    return run;
  }
  const run = unfinishedRun(state);
  if (!run)
    throw new CliError(
      exitCode.nothingToResume,
      'Nothing to resume: the last run has succeeded, or there was none.\nTo start one: npx lab run deploy',
    );
  return run;
};
