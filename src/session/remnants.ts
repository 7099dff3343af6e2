// What earlier runs may have left at work that a run must not act beside, told from their journals.
import { isMeantBy } from '../core/address.ts';
import type { Scope } from '../core/event.ts';
import type { Remnants } from '../engine/run/remnants.ts';
import { type History, historyOf } from '../history/history.ts';
import { toldOf } from '../history/past-runs.ts';
import type { Opened } from '../project/open-workflow.ts';
import type { StateData } from '../store/state.ts';

interface Wanted {
  readonly opened: Opened;
  readonly scope: Scope;
  /** What is known of the run's own workflow. */
  readonly known: History['known'];
}

/** @throws StoreError */
export const remnantsOf = async (stateDir: string, state: StateData, wanted: Wanted): Promise<Remnants> => {
  const undoEnded = (run: string, address: string): boolean =>
    toldOf(stateDir, { id: run }).times.undone.includes(address);
  const last = state.runs.at(-1);
  return {
    steps: await stepsOf(stateDir, state, wanted),
    // A run that succeeded has waited for what was at work before it, and left no undo without its end.
    ...(last && last.outcome !== 'succeeded' && { undoEnded }),
  };
};

/** The steps whose things are taken away. */
const stepsOf = async (
  stateDir: string,
  state: StateData,
  { opened: { workflow, variant }, scope, known }: Wanted,
): Promise<Remnants['steps']> => {
  const { undoes } = workflow;
  if (undoes !== undefined) {
    const wanted = { workflow: undoes, variant: variant.name, untimed: true };
    return [...(await historyOf(stateDir, state, wanted)).known.values()];
  }
  const { undo = [] } = scope;
  return [...known.values()].filter(({ address }) => undo.some((each) => isMeantBy(address, each)));
};
