// `lab run WORKFLOW`: chooses the variant, asks what has to be asked before anything starts, and runs.
import { CliError, exitCode } from '../../project/exit-code.ts';
import type { RunOptions } from '../../project/options.ts';
import { chooseVariant } from '../../requirements/choose-variant.ts';
import { askChoice, canAsk } from '../../session/ask.ts';
import { runToContinue } from '../../session/asked.ts';
import { type CommandContext, lookAtState, openContext } from '../../session/context.ts';
import { resumeRun } from '../../session/resume-run.ts';
import { startRun } from '../../session/start-run.ts';
import type { RunEntry, StateData } from '../../store/state.ts';

export const runCommand = async (workflow: string, options: RunOptions): Promise<number> => {
  const context = await openContext(options);
  const state = await lookAtState(context);
  const choice = await chooseVariant({ ...context, state, named: options.variant });
  const unfinished = runToContinue(state, { workflow, variant: choice.variant }, options);
  const begin = (now: StateData): Promise<number> => startRun({ context, state: now, choice, workflow, options });
  return unfinished && (await continues(unfinished, options))
    ? continueOr(begin, { context, state, run: unfinished, options })
    : begin(state);
};

interface Continued {
  readonly context: CommandContext;
  readonly state: StateData;
  readonly run: RunEntry;
  readonly options: RunOptions;
}

/** Whoever was driving it may have finished it since it was looked at: then there is nothing to continue, and all to prove. */
const continueOr = async (begin: (now: StateData) => Promise<number>, continued: Continued): Promise<number> => {
  try {
    return await resumeRun(continued);
  } catch (error) {
    if (error instanceof CliError && error.code === exitCode.nothingToResume)
      return begin(await lookAtState(continued.context));
    throw error;
  }
};

/** An unfinished run of the same workflow is offered to be continued; without a terminal it is. */
const continues = async (run: RunEntry, options: RunOptions): Promise<boolean> => {
  if (!canAsk() || options.json === true) return true;
  return (
    (await askChoice(`Run ${run.id} is unfinished. Continue it, or start a new one?`, ['continue', 'new'])) ===
    'continue'
  );
};
