// Which steps the scope of a run does not reach, so that a view does not wait for them.
import { isMeantBy, parseAddress } from '../core/address.ts';
import type { PlannedStep, Scope } from '../core/event.ts';
import { closure } from '../core/graph.ts';

/** Addresses outside `--only`, `--from` and `--until`. A parent is out when all its children are. */
export const leftOut = ({ only, from, until }: Scope, steps: readonly PlannedStep[]): readonly string[] => {
  if (only === undefined && from === undefined && until === undefined) return [];
  const withChildren = new Set(steps.filter(({ address, step }) => address !== step).map(({ step }) => step));
  const means = (selector: string, { address, parent }: PlannedStep): boolean =>
    isMeantBy(address, selector) ||
    // Its children are not known yet, and one of them may be meant.
    (parent === true && !withChildren.has(address) && parseAddress(selector).step === address);
  const meant = (selectors: readonly string[]): string[] =>
    steps.filter((step) => selectors.some((each) => means(each, step))).map(({ address }) => address);
  const sets = [
    only && new Set(meant(only)),
    from !== undefined && closure(steps, meant([from]), 'forward'),
    until !== undefined && closure(steps, meant([until]), 'backward'),
  ].filter((each) => each instanceof Set);
  const isIn = (address: string): boolean => sets.every((set) => set.has(address));
  const busy = new Set(steps.filter(({ address }) => isIn(address)).map(({ step }) => step));
  return steps
    .filter(({ address, parent }) => !isIn(address) && !(parent === true && busy.has(address)))
    .map(({ address }) => address);
};
