// The units of a workflow for commands that name steps, and whether the names they were given are among them.
import { isMeantBy, parseAddress } from '../core/address.ts';
import type { Scope } from '../core/event.ts';
import { ExpressionError } from '../core/expression.ts';
import type { Engine } from '../engine/engine.ts';
import type { Known } from '../engine/plan/judge.ts';
import { planWorkflow } from '../engine/plan/plan.ts';
import { ExpansionError, isOpenParent, type Unit, unitsOf } from '../engine/step/unit.ts';
import { holdingsOf } from '../history/history.ts';
import { hintOf } from '../parse/hint.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import type { Opened } from '../project/open-workflow.ts';
import type { LedgerEntry } from '../store/state.ts';

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

/** @throws CliError 2 with the nearest name for each step that is not there. */
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

/**
 * The same for every step a scope names; what the workflow once created may be named too.
 * Returns the units. @throws CliError 2 or 3
 */
export const demandScope = (
  opened: Opened,
  engine: Engine,
  { scope, created }: { scope: Scope; created: readonly LedgerEntry[] },
): readonly Unit[] => {
  const { workflow, variant } = opened;
  const units = unitsOfWorkflow(opened, engine);
  const others = holdingsOf(created, variant.name, workflow.undoes ?? workflow.name).map((each) => each.address);
  demandSteps(namesIn(scope), units, others);
  return units;
};

/**
 * The same for children of lists that rest on outputs, as far as those stand now: what a list will hold that is still to be made
 * nobody knows. Looks at the world only where a name may be of such a list. @throws CliError 2
 */
export const demandChildren = async (
  { workflow, variant }: Opened,
  engine: Engine,
  {
    created,
    units,
    ...request
  }: {
    readonly scope: Scope;
    readonly created: readonly LedgerEntry[];
    readonly known: ReadonlyMap<string, Known>;
    readonly units: readonly Unit[];
  },
): Promise<void> => {
  const names = namesIn(request.scope);
  if (!names.some((name) => !units.some(({ address }) => isMeantBy(address, name)))) return;
  const made = holdingsOf(created, variant.name, workflow.undoes ?? workflow.name).map(({ address }) => address);
  const plan = await planWorkflow(engine, { workflow, ...request });
  demandSteps(names, plan.units, made);
};

/** A child of a foreach whose list is not known yet may be there. */
const isKnown = (name: string, units: readonly Unit[]): boolean =>
  units.some((unit) => isMeantBy(unit.address, name) || mayHave(unit, name));

/** Whether a name may be one of a child that is not known yet. */
export const mayHave = (unit: Unit, name: string): boolean =>
  isOpenParent(unit) && parseAddress(name).step === unit.address;

/** Every step a scope names. */
export const namesIn = ({ only, from, until, redo, assume, undo }: Scope): readonly string[] => [
  ...(only ?? []),
  ...(from === undefined ? [] : [from]),
  ...(until === undefined ? [] : [until]),
  ...(redo ?? []),
  ...(assume ?? []).map((each) => each.step),
  ...(undo ?? []),
];
