// What a run takes away before it does anything else: all that another workflow made, or the things of the steps it was told of.
import { isMeantBy } from '../core/address.ts';
import type { Scope } from '../core/event.ts';
import type { Holding } from '../core/holdings.ts';
import { holdingsOf } from '../history/history.ts';
import type { Opened } from '../project/open-workflow.ts';
import type { LedgerEntry } from '../store/state.ts';

export const holdingsToUndo = (
  { workflow, variant }: Opened,
  scope: Scope,
  created: readonly LedgerEntry[],
): readonly Holding[] => {
  const { undo, redo } = scope;
  if (workflow.undoes !== undefined) return chosen(scope, holdingsOf(created, variant.name, workflow.undoes));
  if (!undo) return [];
  const all = holdingsOf(created, variant.name, workflow.name);
  const meant = all.filter(({ address }) => undo.some((each) => isMeantBy(address, each)));
  return withContained(redo ? meant.filter((each) => each.undo && !stays(each, meant)) : meant, all);
};

/** Taking away comes before all steps: who begins with one of those, or names only some, takes away no more than what is named. */
const chosen = ({ only, from }: Scope, all: readonly Holding[]): readonly Holding[] => {
  if (only === undefined && from === undefined) return all;
  const named = from === undefined ? (only ?? []) : [];
  const meant = all.filter(({ address }) => named.some((each) => isMeantBy(address, each)));
  return withContained(meant, all);
};

/**
 * What will be made again need not be known how to take away. What the step made earlier then stays too: the undo of that may take
 * along things the step has now.
 */
const stays = ({ address }: Holding, meant: readonly Holding[]): boolean =>
  meant.some((each) => each.address === address && !each.earlier && !each.undo);

/** What goes when that which holds it goes is no longer there either, and that is proved too. */
const withContained = (holdings: readonly Holding[], all: readonly Holding[]): readonly Holding[] => {
  const taken = new Set(holdings);
  const names = new Set(holdings.flatMap(({ created }) => created.map(({ kind, name }) => `${kind}/${name}`)));
  for (let before = -1; before < taken.size; ) {
    before = taken.size;
    for (const each of all) {
      const goes =
        each.created.length > 0 && each.created.every(({ within }) => within !== undefined && names.has(within));
      if (!goes || taken.has(each)) continue;
      taken.add(each);
      for (const { kind, name } of each.created) names.add(`${kind}/${name}`);
    }
  }
  return [...taken];
};
