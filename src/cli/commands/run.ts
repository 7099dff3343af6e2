// `lab run WORKFLOW`: chooses the variant, asks what has to be asked before anything starts, and runs.

import { makersOf } from '../../history/history.ts';
import { earlierInputs } from '../../project/earlier-inputs.ts';
import { CliError, exitCode } from '../../project/exit-code.ts';
import { openWorkflow } from '../../project/open-workflow.ts';
import type { RunOptions } from '../../project/options.ts';
import { chooseVariant } from '../../requirements/choose-variant.ts';
import { askChoice, canAsk } from '../../session/ask.ts';
import { lookAtState, openContext } from '../../session/context.ts';
import { runToContinue } from '../../session/continues.ts';
import { createEngine } from '../../session/create-engine.ts';
import { scopeOf } from '../../session/run-scope.ts';
import { startRun } from '../../session/start-run.ts';
import { demandScope } from '../../session/units-of.ts';
import type { RunEntry } from '../../store/state.ts';
import { resumeCommand } from './resume.ts';

export const runCommand = async (workflow: string, options: RunOptions): Promise<number> => {
  const context = await openContext(options);
  const state = await lookAtState(context);
  const { project, registry, host } = context;
  const choice = await chooseVariant({ project, registry, state, named: options.variant, host });
  const { variant } = choice;
  const wish = { project, registry, variant, workflow, options, makers: makersOf(state, variant) };
  const earlier = earlierInputs(state, variant, options);
  // Opened here as well, so that mistakes are told before any question and before the lock.
  const opened = await openWorkflow({ ...wish, earlier });
  const engine = createEngine(opened, { host, stateDir: context.stateDir, run: 'new' });
  demandScope(opened, engine, { scope: scopeOf(options), created: state.created });
  const unfinished = runToContinue(state, { workflow, variant }, options);
  const begin = (): Promise<number> => startRun({ context, choice, opened, earlier, options });
  return unfinished && (await continues(unfinished, options)) ? continueOr(begin, unfinished, options) : begin();
};

/** Whoever was driving it may have finished it since it was looked at: then there is nothing to continue, and all to prove. */
const continueOr = async (begin: () => Promise<number>, run: RunEntry, options: RunOptions): Promise<number> => {
  try {
    return await resumeCommand(run.id, options);
  } catch (error) {
    if (error instanceof CliError && error.code === exitCode.nothingToResume) return begin();
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
