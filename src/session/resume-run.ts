// Continues a run: with the inputs and the scope it was begun with, unless others are named.
import { continuedScope } from '../core/redo.ts';
import { foldRun } from '../core/run-state.ts';
import { eventsOf } from '../history/past-runs.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import type { RunOptions } from '../project/options.ts';
import { chooseVariant } from '../requirements/choose-variant.ts';
import type { RunEntry, StateData } from '../store/state.ts';
import { consentOf } from './ask.ts';
import { scopeOf } from './asked.ts';
import type { CommandContext } from './context.ts';
import { execute } from './execute.ts';
import { prepare } from './prepare.ts';
import { showPlan } from './show-plan.ts';
import { startRun } from './start-run.ts';

interface Resume {
  readonly context: CommandContext;
  readonly state: StateData;
  readonly run: RunEntry;
  readonly options: RunOptions;
}

/** @throws CliError 6 when the run has ended meanwhile; CliError, StoreError */
export const resumeRun = async ({ context, state, run, options }: Resume): Promise<number> => {
  const past = foldRun(eventsOf(context.stateDir, run));
  const own = past.start?.inputs ?? (state.deployed?.run === run.id ? state.deployed.inputs : {});
  const earlier = options.defaults === true ? {} : own;
  const { variant, workflow } = run;
  const wish = { variant, workflow, options, earlier, run: run.id };
  const scope = continuedScope(past, scopeOf(options));
  // Killed before its first line was written: there is nothing to continue, so it starts, under a new id.
  if (!past.start && options.plan !== true) {
    const choice = await chooseVariant({ ...context, state, named: variant });
    return startRun({ context, state, choice, workflow, options });
  }
  const prepared = await prepare(context, state, wish);
  const told = `run ${run.id} (${workflow}, variant ${variant})`;
  if (options.plan === true) {
    const notes = [`${told} is unfinished, and would be continued`];
    return showPlan({ prepared, options, scope, continued: run.id, notes });
  }
  return execute({
    ...{ prepared, options, scope, resume: run, consent: consentOf(options) },
    command: `lab resume ${run.id}`,
    preamble: [`continuing ${told}`],
    again: async (now) => {
      demandUnfinished(now, run);
      return prepare(context, now, wish);
    },
  });
};

/** It was chosen before the lock was held: whoever held it then may have finished it. @throws CliError 6 */
const demandUnfinished = (now: StateData, { id }: RunEntry): void => {
  const run = now.runs.find((each) => each.id === id);
  if (run?.outcome !== 'succeeded' && run?.superseded !== true) return;
  throw new CliError(exitCode.nothingToResume, whyNot(now, run) ?? `Run ${id} has ended meanwhile.`);
};

/** Why a run is not continued, with what to do instead; undefined when it may be. */
export const whyNot = ({ runs }: StateData, run: RunEntry): string | undefined => {
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
