// What a run takes away before it does anything else: all that another workflow made, or the things of the steps it was told of.
import { isMeantBy } from '../core/address.ts';
import type { Scope } from '../core/event.ts';
import type { Holding } from '../core/holdings.ts';
import { quoteCommand } from '../core/quote.ts';
import { Resting } from '../core/resting.ts';
import { holdingsOf } from '../history/history.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import { cleanName } from '../view/text.ts';
import { type Prepared, removedOf } from './prepare.ts';

/** @throws CliError 2 when something that stays rests on what is to be taken away for good */
export const holdingsToUndo = (
  prepared: Pick<Prepared, 'opened' | 'created' | 'units'>,
  scope: Scope,
): readonly Holding[] => {
  const { opened, created } = prepared;
  const { workflow, variant } = opened;
  const { redo, prune } = scope;
  if (workflow.undoes !== undefined) {
    if (prune) throw new CliError(exitCode.usage, prunesNothing(workflow.name, workflow.undoes));
    const all = holdingsOf(created, variant.name, workflow.undoes);
    return chosen(scope, all, (names) => ['run', workflow.name, '--only', names.join(',')]);
  }
  if (!scope.undo && !prune) return [];
  const removed = new Set(removedOf(prepared));
  const undo = [...(scope.undo ?? []), ...(prune ? removed : [])];
  const all = holdingsOf(created, variant.name, workflow.name);
  const meant = meantBy(undo, all);
  if (redo) {
    const again = meant.filter((each) => each.undo && !stays(each, meant));
    return withContained(again, all);
  }
  const other = workflow.name === 'deploy' ? [] : ['--workflow', workflow.name];
  return free({ meant, all, named: undo, removed }, (names) => ['redo', '--undo', ...names, ...other]);
};

const prunesNothing = (workflow: string, undoes: string): string =>
  `${workflow} takes away all that ${undoes} made, so there is nothing to prune. To take away only what ${undoes} no longer has: npx lab run ${undoes} --prune`;

/** Taking away comes before all steps: who begins with one of those, or names only some, takes away no more than what is named. */
const chosen = ({ only, from }: Scope, all: readonly Holding[], again: Again): readonly Holding[] => {
  if (only === undefined && from === undefined) return all;
  const named = from === undefined ? (only ?? []) : [];
  return free({ meant: meantBy(named, all), all, named }, again);
};

const meantBy = (names: readonly string[], all: readonly Holding[]): readonly Holding[] =>
  all.filter(({ address }) => names.some((each) => isMeantBy(address, each)));

/** The command that takes away what is named. */
type Again = (names: readonly string[]) => readonly string[];

interface Taking {
  readonly meant: readonly Holding[];
  readonly all: readonly Holding[];
  readonly named: readonly string[];
  /** Addresses that the workflow no longer has. */
  readonly removed?: ReadonlySet<string>;
}

/** What is meant, and all that goes with it. @throws CliError 2 when something that stays needs it */
const free = ({ meant, all, named, removed }: Taking, again: Again): readonly Holding[] => {
  const taken = withContained(meant, all);
  const above = restingOn(taken, all, removed);
  if (above.length === 0) return taken;
  const [rest, are, it] = above.length === 1 ? ['rests', 'is', 'it'] : ['rest', 'are', 'them'];
  const list = (names: readonly string[]): string => names.map(cleanName).join(', ');
  throw new CliError(
    exitCode.usage,
    [
      `${list(above)} ${rest} on ${list(named)} and ${are} still there, so nothing was taken away.`,
      `To take ${it} away as well: npx lab ${quoteCommand(again([...named, ...above]))}`,
    ].join('\n'),
  );
};

/** Addresses of what is not taken away and rests on something that is. */
const restingOn = (
  taken: readonly Holding[],
  all: readonly Holding[],
  removed: ReadonlySet<string> = new Set(),
): readonly string[] => {
  const resting = new Resting(all);
  const reached = new Set(taken);
  for (const each of reached)
    for (const above of resting.on(each)) {
      // What is in the workflow does without what is no longer in it, whatever it was made on.
      if (removed.has(above.address) || !removed.has(each.address)) reached.add(above);
    }
  for (const each of taken) reached.delete(each);
  // What nothing is known to take away would be in the way for ever.
  return [...new Set([...reached].filter(({ undo }) => undo).map(({ address }) => address))];
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
