// A workflow as a command works with it: opened once, with what earlier runs tell of it, its steps, and an engine that looks.
import { isMeantBy, parseAddress } from '../core/address.ts';
import type { Scope } from '../core/event.ts';
import { ExpressionError } from '../core/expression.ts';
import type { Engine } from '../engine/engine.ts';
import { planWorkflow } from '../engine/plan/plan.ts';
import { ExpansionError, isOpenParent, type Unit, unitsOf } from '../engine/step/unit.ts';
import { deployedOf } from '../history/deployed.ts';
import {
  type History,
  historyOf,
  holdingsOf,
  makersOf,
  removedThings,
  renamed,
  renamedThings,
} from '../history/history.ts';
import { hintOf } from '../parse/nearest.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import { type Opened, openWorkflow, type Wish as WorkflowWish } from '../project/open-workflow.ts';
import type { LedgerEntry, StateData } from '../store/state.ts';
import type { CommandContext } from './context.ts';
import { createEngine } from './create-engine.ts';

export interface Prepared {
  readonly context: CommandContext;
  /** The state it was prepared from. */
  readonly state: StateData;
  readonly opened: Opened;
  /** By the names that steps have now. */
  readonly history: History;
  /** The ledger, by the names that steps have now. */
  readonly created: readonly LedgerEntry[];
  readonly units: readonly Unit[];
  /** It looks, and records nothing. */
  readonly engine: Engine;
  /** The run as expressions read it. */
  readonly run: string;
}

export interface Wish extends Omit<WorkflowWish, 'project' | 'registry' | 'makers'> {
  /** The id of a run, new or continued; for a command that only looks, any word. */
  readonly run: string;
}

/** @throws CliError 2 for inputs that don't fit, 3 for files that are wrong; StoreError */
export const prepare = async (context: CommandContext, state: StateData, { run, ...wish }: Wish): Promise<Prepared> => {
  const { project, registry, host, stateDir } = context;
  const opened = await openWorkflow({ project, registry, makers: makersOf(state, wish.variant), ...wish });
  const { workflow } = opened;
  const names = { workflow: workflow.name, variant: wish.variant };
  const history = await historyOf(stateDir, state, { ...names, current: run });
  const read = { workflow: workflow.name, known: history.known };
  const deployed = await deployedOf(stateDir, state, { variant: wish.variant, read });
  const engine = createEngine(opened, { host, stateDir, run, ...(deployed && { deployed }) });
  return {
    ...{ context, state, opened, engine, run, units: unitsOfWorkflow(opened, engine) },
    history: { ...history, known: renamed(history.known, workflow) },
    created: renamedThings(state.created, { ...names, steps: workflow.steps }),
  };
};

/** @throws CliError 3 for a foreach that can't be expanded. */
export const unitsOfWorkflow = ({ workflow, positions }: Opened, engine: Engine): readonly Unit[] =>
  workflow.steps.flatMap((step) => {
    try {
      return unitsOf(step, engine);
    } catch (error) {
      if (!(error instanceof ExpressionError || error instanceof ExpansionError)) throw error;
      const place = positions.of(step.id, ['foreach']);
      const where = place ? `${place.file}:${place.line}:${place.column}: ` : '';
      throw new CliError(exitCode.file, `${where}step ${step.id}: ${error.message}`, error);
    }
  });

/** Addresses of what a workflow has made, or what the one has made that it undoes. */
export const madeBy = ({ created, opened: { workflow, variant } }: Prepared): readonly string[] =>
  holdingsOf(created, variant.name, workflow.undoes ?? workflow.name).map(({ address }) => address);

/** @throws CliError 2 with the nearest name for each step that is not there; `others`: addresses that may be named too. */
export const demandSteps = (names: readonly string[], units: readonly Unit[], others: readonly string[] = []): void => {
  const wrong = [...new Set(names)].filter(
    (name) => !isKnown(name, units) && !others.some((each) => isMeantBy(each, name)),
  );
  if (wrong.length === 0) return;
  const known = [...new Set([...units.map((unit) => unit.address), ...others])];
  const ids = [...new Set(units.map((unit) => unit.step.id))];
  const lines = wrong.map((name) => `There is no step ${name}. ${hintOf(name, name.includes('[') ? known : ids)}`);
  throw new CliError(exitCode.usage, lines.join('\n'));
};

/** The same for every step a scope names; what was once created may be named too. @throws CliError 2 */
export const demandScope = (prepared: Prepared, scope: Scope): void =>
  demandSteps(namesIn(scope), prepared.units, madeBy(prepared));

/**
 * The same for children of lists that rest on outputs, as far as those stand now: what a list will hold that is still to be made
 * nobody knows. Looks at the world only where a name may be of such a list. @throws CliError 2
 */
export const demandChildren = async (prepared: Prepared, scope: Scope): Promise<void> => {
  const isThere = (name: string): boolean => prepared.units.some(({ address }) => isMeantBy(address, name));
  if (!namesIn(scope).every(isThere)) demandScope(await withKnownLists(prepared, scope), scope);
};

/** With the children of those lists that rest on outputs and are known as things stand now; looks, at what the scope leaves in, only where there are such. */
export const withKnownLists = async (prepared: Prepared, scope: Scope): Promise<Prepared> => {
  const { units, engine, history } = prepared;
  if (!units.some(isOpenParent)) return prepared;
  const plan = await planWorkflow(engine, { units, known: history.known, scope });
  return { ...prepared, units: plan.units };
};

/** Addresses of what a workflow has made and no longer has. */
export const removedOf = ({
  created,
  opened,
  units,
}: Pick<Prepared, 'created' | 'opened' | 'units'>): readonly string[] =>
  removedThings(created, { workflow: opened.workflow.name, variant: opened.variant.name }, units);

/** A child of a foreach whose list is not known yet may be there. */
const isKnown = (name: string, units: readonly Unit[]): boolean =>
  units.some((unit) => isMeantBy(unit.address, name) || mayHave(unit, name));

/** Whether a name may be one of a child that is not known yet. */
export const mayHave = (unit: Unit, name: string): boolean =>
  isOpenParent(unit) && parseAddress(name).step === unit.address;

/** Every step a scope names. */
const namesIn = ({ only, from, until, redo, assume, undo }: Scope): readonly string[] => [
  ...(only ?? []),
  ...(from === undefined ? [] : [from]),
  ...(until === undefined ? [] : [until]),
  ...(redo ?? []),
  ...(assume ?? []).map((each) => each.step),
  ...(undo ?? []),
];
