// `lab redo STEP…`: takes away what steps made, as the ledger says how, runs them again, and looks again at what rests on them.
import { isMeantBy } from '../../core/address.ts';
import type { Scope } from '../../core/event.ts';
import { closure } from '../../core/graph.ts';
import { listSources, type Unit } from '../../engine/step/unit.ts';
import { CliError, exitCode } from '../../project/exit-code.ts';
import { earlierInputs } from '../../project/inputs.ts';
import type { RunOptions } from '../../project/options.ts';
import { chooseVariant, demandRequirements } from '../../requirements/choose-variant.ts';
import { consentOf } from '../../session/ask.ts';
import { askedWorkflow } from '../../session/asked.ts';
import { lookAtState, openContext } from '../../session/context.ts';
import { execute } from '../../session/execute.ts';
import { lookAtPlan } from '../../session/look-at-plan.ts';
import { mayHave, type Prepared } from '../../session/prepare.ts';
import { consentTo, prepareNew } from '../../session/start-run.ts';
import type { StateData } from '../../store/state.ts';

export interface RedoOptions extends RunOptions {
  readonly undo?: boolean;
  readonly workflow?: string;
}

export const redoCommand = async (steps: readonly string[], options: RedoOptions): Promise<number> => {
  const context = await openContext(options);
  const state = await lookAtState(context);
  const choice = await chooseVariant({ ...context, state, named: options.variant });
  const { variant } = choice;
  const about = askedWorkflow(state, variant, options.workflow);
  const again = (now: StateData): Promise<Prepared> =>
    prepareNew(context, now, { variant, options, ...about, earlier: earlierInputs(now, variant, options) });
  const prepared = await again(state);
  // What is asked to run again is not looked at, and no more than that is chosen: this only tells which steps there are.
  const { units, made } = await lookAtPlan(prepared, { scope: { only: steps, redo: steps } });
  if (options.undo === true) demandMade(steps, made);
  else {
    demandPresent(steps, units);
    demandRequirements(choice);
  }
  return execute({
    ...{ prepared, again, options },
    scope: options.undo === true ? { undo: steps, only: [] } : scopeOf(steps, units),
    consent: options.undo === true ? consentOf(options) : await consentTo(choice, options),
    command: `lab redo ${steps.join(' ')}`,
    preamble: [],
  });
};

/** The steps and what rests on them; of a list that is not known, also the steps that it comes from. */
const scopeOf = (steps: readonly string[], units: readonly Unit[]): Scope => {
  const meant = units.map((unit) => unit.address).filter((address) => steps.some((each) => isMeantBy(address, each)));
  const open = units.filter((unit) => steps.some((each) => mayHave(unit, each)));
  const below = closure(units, [...meant, ...open.map(({ address }) => address)], 'forward');
  // A parent in the list would stand for all its children, and only some may be meant.
  const parents = new Set(units.filter((unit) => unit.children).map((unit) => unit.address));
  const whole = closure(units, meant, 'forward');
  for (const { address } of open) if (!whole.has(address)) parents.add(address);
  const children = steps.filter((each) => open.some((unit) => mayHave(unit, each)));
  const sources = open.flatMap(({ step }) => listSources(step).filter((source) => source !== undefined));
  const only = [...below].filter((address) => !parents.has(address));
  return { undo: steps, redo: steps, only: [...new Set([...sources, ...only, ...children])] };
};

/** @throws CliError 2 when there is nothing to take away. */
const demandMade = (steps: readonly string[], made: readonly string[]): void => {
  const without = steps.filter((step) => !made.some((address) => isMeantBy(address, step)));
  if (without.length === 0) return;
  const [is, it] = without.length === 1 ? ['has', 'it'] : ['have', 'them'];
  throw new CliError(
    exitCode.usage,
    `${without.join(', ')} ${is} made nothing that is known, so there is nothing to undo. To run ${it} again: npx lab redo ${without.join(' ')}`,
  );
};

/** @throws CliError 2 for a step that left something behind and is no longer in the workflow. */
const demandPresent = (steps: readonly string[], units: readonly Unit[]): void => {
  const removed = steps.filter((step) => !units.some((unit) => isMeantBy(unit.address, step) || mayHave(unit, step)));
  if (removed.length === 0) return;
  throw new CliError(
    exitCode.usage,
    `${removed.join(', ')} is no longer in the workflow, so it can't be run again. To take away what it made: npx lab redo --undo ${removed.join(' ')}`,
  );
};
