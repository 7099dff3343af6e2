// What the deployed workflow's steps yielded, from the journals of its runs; for workflows that come after it.
import type { StateData } from '../store/state.ts';
import { historyOf } from './history.ts';

export interface Deployed {
  readonly outputs: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Undefined when that variant is not deployed, wholly or in part. @throws StoreError */
export const deployedOf = async (
  stateDir: string,
  state: StateData,
  variant: string,
): Promise<Deployed | undefined> => {
  const { deployed } = state;
  if (deployed?.variant !== variant) return undefined;
  const { known } = await historyOf(stateDir, state, { workflow: deployed.workflow, variant });
  return { outputs: new Map([...known].map(([address, step]) => [address, step.outputs])), facts: deployed.facts };
};
