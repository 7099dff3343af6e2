// What is still there although no step makes it any more: said in a run, with the command that takes it away.
import type { Created, EventBody } from '../core/event.ts';
import type { Holding } from '../core/holdings.ts';
import { quoteCommand } from '../core/quote.ts';
import type { LedgerEntry } from '../store/state.ts';
import { holdingsOf } from './history.ts';

/** More than these have a command of their own. */
const fewToType = 3;

export type Notice = Extract<EventBody, { type: 'notice' }>;

/** Of steps that the workflow no longer has. */
export const removedSteps = (addresses: readonly string[], { workflow, variant, lab }: Named): readonly Notice[] => {
  if (addresses.length === 0) return [];
  const [are, they] = addresses.length === 1 ? ['is', 'it'] : ['are', 'they'];
  const words =
    addresses.length <= fewToType
      ? ['redo', '--undo', ...addresses]
      : ['run', workflow, '--prune', ...(workflow === 'deploy' ? [] : ['--variant', variant])];
  const message = `${firstOf(addresses)} ${are} no longer in the workflow, and what ${they} made is still there; to take it away: ${lab} ${quoteCommand(words)}`;
  return [{ type: 'notice', level: 'warning', code: 'removed-step', message }];
};

/** How what a workflow no longer has is taken away. */
export const howToPrune = (workflow: string): string =>
  `To take away what is no longer in the workflow: npx lab run ${workflow} --prune`;

interface Named {
  readonly variant: string;
  readonly workflow: string;
  readonly lab: string;
}

interface Place extends Named {
  /** The names of all there are of the variant. */
  workflows(): Promise<readonly string[]>;
}

/** Of steps that were changed since, and have made something else. */
export const changedSteps = async (
  ledger: readonly LedgerEntry[],
  { variant, workflow, workflows, lab }: Place,
): Promise<readonly Notice[]> => {
  const earlier = holdingsOf(ledger, variant, workflow).filter((each) => each.earlier);
  if (earlier.length === 0) return [];
  const steps = [...new Set(earlier.map(({ address }) => address))];
  const [what, words] = (await workflows()).includes('teardown')
    ? ['the rest', ['run', 'teardown', '--variant', variant]]
    : [`all that ${steps.length === 1 ? 'this step' : 'these steps'} made`, ['redo', '--undo', ...steps]];
  const they = earlier.length === 1 ? 'it goes' : 'they go';
  const message = `made before a step was changed, and still there: ${firstOf(earlier.map(thingsOf))}; ${they} with ${what}: ${lab} ${quoteCommand(words)}`;
  return [{ type: 'notice', level: 'warning', code: 'changed-step', message }];
};

/** Of things that are there as if the workflow had made them, though nothing is known of that; `isLeft`: by a run that takes all away. */
export const ownedByNobody = (
  addresses: readonly string[],
  { workflow, variant, lab, isLeft }: Named & { readonly isLeft?: boolean },
): readonly Notice[] => {
  if (addresses.length === 0) return [];
  const adopt = `${lab} ${quoteCommand(['adopt', workflow, '--variant', variant])}`;
  const message = isLeft
    ? `nothing is known to be deployed, as when the state folder was lost, but what ${workflow} makes is there: ${firstOf(addresses)}; to own it: ${adopt}; then this run can be resumed, and takes it away`
    : `there already, and not known to be made by ${workflow}, so that nothing here takes it away: ${firstOf(addresses)}; to own it: ${adopt}`;
  return [{ type: 'notice', level: 'warning', code: 'unowned', message }];
};

/** Of a workflow that can't be looked at. */
export const unknownWhether = (problem: string, { workflow }: Named): Notice => ({
  ...{ type: 'notice', level: 'warning', code: 'unowned' },
  message: `nothing is known to be deployed, and whether something of ${workflow} is there could not be looked at: ${problem}`,
});

const thingsOf = ({ address, created }: Holding): string =>
  created.length === 0 ? `what ${address} did` : `${firstOf(created.map(nameOf))} (${address})`;

const nameOf = ({ kind, name }: Created): string => `${kind} ${name}`;

const firstOf = (names: readonly string[]): string =>
  `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
