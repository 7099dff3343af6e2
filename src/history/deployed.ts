// What the deployed workflow's steps yielded, for workflows that come after it, and as expressions read it.
import { withWithheld } from '../core/withheld.ts';
import { stepsScope } from '../engine/step/steps-scope.ts';
import type { StateData } from '../store/state.ts';
import { type History, historyOf } from './history.ts';

interface Deployed {
  readonly outputs: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  readonly facts: Readonly<Record<string, unknown>>;
}

interface Asked {
  readonly variant: string;
  /** What is known already of a workflow of that variant, often the deployed one itself. */
  readonly read?: { readonly workflow: string; readonly known: History['known'] };
}

/** Undefined when that variant is not deployed, wholly or in part. @throws StoreError */
export const deployedOf = async (
  stateDir: string,
  state: StateData,
  { variant, read }: Asked,
): Promise<Deployed | undefined> => {
  const { deployed } = state;
  if (deployed?.variant !== variant) return undefined;
  const { workflow } = deployed;
  const { known } =
    read?.workflow === workflow ? read : await historyOf(stateDir, state, { workflow, variant, untimed: true });
  return {
    outputs: new Map([...known].map(([address, { outputs, withheld }]) => [address, withWithheld(outputs, withheld)])),
    facts: withWithheld(deployed.facts, deployed.withheld),
  };
};

export const addressScope = (
  deployed:
    | {
        readonly outputs: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
        readonly facts: Readonly<Record<string, unknown>>;
      }
    | undefined,
): Readonly<Record<string, unknown>> => {
  if (!deployed) return {};
  const steps: Record<string, { outputs?: unknown }> = {};
  for (const [address, outputs] of deployed.outputs)
    stepsScope.remember(steps, address, { outputs, outcome: 'satisfied' });
  return {
    ...Object.fromEntries(Object.entries(steps).map(([id, { outputs }]) => [id, outputs])),
    facts: deployed.facts,
  };
};
