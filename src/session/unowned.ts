// What is there as if a workflow had made it, though the ledger knows nothing of it: as after a state folder was lost.
import { parseAddress } from '../core/address.ts';
import type { RunState } from '../core/run-state.ts';
import { planWorkflow } from '../engine/plan/plan.ts';
import type { StopControl } from '../engine/stop.ts';
import { adoptUnit } from '../engine/undo/adopt.ts';
import { type Notice, ownedByNobody, unknownWhether } from '../history/left-behind.ts';
import { CliError } from '../project/exit-code.ts';
import { earlierInputs } from '../project/inputs.ts';
import type { Opened } from '../project/open-workflow.ts';
import type { LedgerEntry } from '../store/state.ts';
import { type Prepared, prepare } from './prepare.ts';

interface Request {
  readonly stop: StopControl;
  readonly lab: string;
}

/**
 * What `adopt` would take over of the workflow that a run undoes. Asked when that run has nothing to take away: of a workflow that
 * was not taken down before, it is then not known whether there is nothing.
 */
export const thereAfterAll = async (
  { context, state, opened: { workflow, variant } }: Prepared,
  { stop, lab }: Request,
): Promise<{ readonly left: boolean; readonly notices: readonly Notice[] }> => {
  const nothing = { left: false, notices: [] };
  const { undoes } = workflow;
  const last = state.runs.findLast((run) => run.variant === variant.name && run.workflow === undoes);
  if (undoes === undefined || last?.superseded === true) return nothing;
  const place = { workflow: undoes, variant: variant.name, lab };
  try {
    const made = await prepare(context, state, {
      ...{ variant: variant.name, workflow: undoes, run: 'look', options: {} },
      earlier: earlierInputs(state, variant.name, {}),
    });
    const addresses = await adoptable(made, stop);
    return { left: addresses.length > 0, notices: ownedByNobody(addresses, { ...place, isLeft: true }) };
  } catch (error) {
    // What is taken away goes by the ledger alone, also when the workflow that made it can't be read any more.
    if (!(error instanceof CliError)) throw error;
    return { left: false, notices: [unknownWhether(firstLine(error.message), place)] };
  }
};

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';

const adoptable = async (
  { engine: looking, units, history }: Prepared,
  stop: StopControl,
): Promise<readonly string[]> => {
  const engine = { ...looking, stop };
  const { items } = await planWorkflow(engine, { units, known: history.known, scope: {} });
  const found = await Promise.all(
    items.map(async ({ unit, judgement }) => {
      const { creates = [], undo } = judgement?.resolved ?? {};
      if (!judgement || (creates.length === 0 && !undo)) return [];
      return (await adoptUnit(engine, judgement)).found ? [unit.address] : [];
    }),
  );
  return found.flat();
};

/** Of a run: what it found true already that it would have made, and that nobody is known to have made. */
export const foundUnowned = (
  { steps }: RunState,
  { workflow, variant, registry }: Opened,
  ledger: readonly LedgerEntry[],
): readonly string[] => {
  const owned = new Set(
    ledger
      .filter((entry) => entry.variant === variant.name && entry.workflow === workflow.name)
      .map(({ address }) => address),
  );
  const makers = new Set(
    workflow.steps
      .filter(({ creates, undo, uses = '' }) => {
        const type = registry.steps.get(uses);
        return creates !== undefined || undo !== undefined || type?.creates !== undefined || type?.undo !== undefined;
      })
      .map(({ id }) => id),
  );
  return [...steps.values()]
    .filter(({ outcome, address }) => outcome === 'satisfied' && makers.has(parseAddress(address).step))
    .map(({ address }) => address)
    .filter((address) => !owned.has(address));
};
