// Which units `--only`, `--from` and `--until` leave in.
import { isMeantBy, parseAddress } from '../../core/address.ts';
import type { Scope } from '../../core/event.ts';
import { closure } from '../../core/graph.ts';
import type { Unit } from '../step/unit.ts';

/** Whether a selection leaves a unit in; children that were not known when the selection was made are asked about as well. */
export type Chosen = (unit: Pick<Unit, 'address' | 'step'>) => boolean;

export const chosenBy = ({ only, from, until }: Scope, units: readonly Unit[]): Chosen => {
  const known = new Set(units.map((unit) => unit.address));
  const selections = [
    ...(only ? [select(units, only)] : []),
    ...(from === undefined ? [] : [select(units, [from], 'forward')]),
    ...(until === undefined ? [] : [select(units, [until], 'backward')]),
  ];
  return ({ address, step }) =>
    selections.every(({ selectors, set }) => {
      if (known.has(address)) return set.has(address);
      // A child of a list that was not known yet: its parent was chosen, maybe for the sake of one child.
      const own = selectors.filter((each) => parseAddress(each).step === step.id);
      return own.length > 0 ? own.some((each) => isMeantBy(address, each)) : set.has(step.id);
    });
};

const select = (
  units: readonly Unit[],
  selectors: readonly string[],
  direction?: 'forward' | 'backward',
): { readonly selectors: readonly string[]; readonly set: ReadonlySet<string> } => {
  const meant = units.filter((unit) => selectors.some((each) => means(each, unit))).map((unit) => unit.address);
  return { selectors, set: direction ? closure(units, meant, direction) : new Set(meant) };
};

const means = (selector: string, unit: Unit): boolean =>
  isMeantBy(unit.address, selector) ||
  (unit.kind === 'parent' && !unit.children && parseAddress(selector).step === unit.address);
