// `steps` as expressions read it: outputs and outcome by id, of foreach steps outputs by child key.
import { parseAddress } from '../../core/address.ts';
import type { Outcome } from '../../core/event.ts';
import type { StepState } from '../../core/run-state.ts';
import { withWithheld } from '../../core/withheld.ts';

interface Remembered {
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly outcome: Outcome;
}

/** Puts a finished address in; ids with a dash can also be read with an underscore, which CEL needs after a dot. */
const remember = (steps: Record<string, unknown>, address: string, { outputs, outcome }: Remembered): void => {
  const { step, key } = parseAddress(address);
  if (key === undefined) {
    put(steps, step, { outputs: { ...outputs }, outcome });
    return;
  }
  const known = (steps[step] as Remembered | undefined) ?? { outputs: {}, outcome };
  // In place: a step may have ten thousand children.
  (known.outputs as Record<string, unknown>)[key] = outputs;
  put(steps, step, known);
};

const put = (steps: Record<string, unknown>, id: string, entry: Remembered): void => {
  steps[id] = entry;
  if (id.includes('-')) steps[id.replaceAll('-', '_')] = entry;
};

/** Of a step as earlier runs know it. */
const ofKnown = ({ outputs, withheld, outcome }: Pick<StepState, 'outputs' | 'withheld' | 'outcome'>): Remembered => ({
  outputs: withWithheld(outputs, withheld),
  outcome: outcome ?? 'interrupted',
});

export const stepsScope = { remember, ofKnown };
