// What the buttons of the page do: each is a command line, shown as it would be typed, and possible or not as things stand.
import { quoteCommand } from '../core/quote.ts';
import { unfinishedRun } from '../history/history.ts';
import { lookAtState } from '../session/context.ts';
import { readLockHolder } from '../store/lock.ts';
import { reconcileRuns } from '../store/runs.ts';
import { readState, type StateData } from '../store/state.ts';

export interface Offer {
  /** After the program's name. */
  readonly words: readonly string[];
  readonly command: string;
  /** Why not now. */
  readonly not: string | undefined;
}

export interface Offers {
  readonly resume: Offer;
  readonly plan: Offer;
  /** `STEP` stands for the step. */
  readonly redo: Offer;
  /** Who holds the state: a run that goes on. */
  readonly holder: { readonly pid: number; readonly command: string } | undefined;
  readonly unfinished: string | undefined;
}

/** Looks only. `common` are the options every command gets, such as the state folder. */
export const offersNow = async (stateDir: string, common: readonly string[]): Promise<Offers> => {
  const holder = await readLockHolder(stateDir);
  const state = await (holder ? stateMeanwhile(stateDir) : lookAtState({ stateDir }));
  const unfinished = unfinishedRun(state);
  const { deployed } = state;
  const busy = holder ? `${holder.command} is at it (pid ${holder.pid})` : undefined;
  const offer = (words: readonly string[], not: string | undefined): Offer => ({
    words: [...words, ...common],
    command: `npx lab ${quoteCommand([...words, ...common])}`,
    not,
  });
  const workflow = deployed?.workflow ?? unfinished?.workflow ?? 'deploy';
  return {
    resume: offer(
      ['resume', ...(unfinished ? [unfinished.id] : [])],
      busy ?? (unfinished ? undefined : 'no run is unfinished'),
    ),
    plan: offer(unfinished && !deployed ? ['resume', unfinished.id, '--plan'] : ['plan', workflow], undefined),
    redo: offer(['redo', 'STEP'], busy ?? (deployed ? undefined : 'nothing is deployed')),
    holder: holder ? { pid: holder.pid, command: holder.command } : undefined,
    unfinished: unfinished?.id,
  };
};

/** While a run goes on, which is in its journal alone: asked again and again, so only the journal's ends are read. */
const stateMeanwhile = async (stateDir: string): Promise<StateData> => {
  const state = await readState(stateDir);
  return { ...state, runs: (await reconcileRuns(stateDir, state.runs)).runs };
};
