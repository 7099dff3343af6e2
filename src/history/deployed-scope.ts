// `deployed` as expressions read it: facts, and outputs by step of the workflow that built what is deployed.
import { stepsScope } from '../engine/step/steps-scope.ts';

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
