// Which units `--only`, `--from` and `--until` leave in.
import { isMeantBy } from '../core/address.ts';
import type { Scope } from '../core/event.ts';
import { closure } from '../core/graph.ts';
import type { Unit } from './unit.ts';

/** The addresses a selection leaves in; all of them without one. */
export const chosenBy = ({ only, from, until }: Scope, units: readonly Unit[]): ReadonlySet<string> => {
  const meant = (selectors: readonly string[]): string[] =>
    units.filter((unit) => selectors.some((each) => isMeantBy(unit.address, each))).map((unit) => unit.address);
  const sets = [
    ...(only ? [new Set(meant(only))] : []),
    ...(from === undefined ? [] : [closure(units, meant([from]), 'forward')]),
    ...(until === undefined ? [] : [closure(units, meant([until]), 'backward')]),
  ];
  return new Set(units.map((unit) => unit.address).filter((address) => sets.every((set) => set.has(address))));
};
