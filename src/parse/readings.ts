// Whether a step that reads another one's results also waits for it.
import type { Context } from './context.ts';
import type { StepReading } from './expression-check.ts';
import { type LinkedStep, neededSteps } from './steps.ts';

/** Reports every reading whose target is not among what its step needs, directly or through others. */
export const checkReadings = (
  context: Context,
  steps: readonly LinkedStep[],
  readings: readonly StepReading[],
): void => {
  const indexes = new Map(steps.map(({ id }, index) => [id, index]));
  const open = notDirect(steps, indexes, readings);
  if (open.size === 0) return;
  const followers = followersOf(steps, indexes);
  for (const [target, list] of open) {
    const after = reachable(indexes.get(target) ?? -1, followers);
    for (const reading of list) if (!after[indexes.get(reading.from) ?? -1]) reportReading(context, reading);
  }
};

const reportReading = ({ report }: Context, { from, target, place }: StepReading): void => {
  const at = place();
  const message = `\`${from}\` reads \`${target}\` but does not wait for it`;
  if (at) report(at, { code: 'not-needed', message, hint: `add \`${target}\` to its \`needs\`` });
};

/** Readings whose target the step does not name among its needs, by target. */
const notDirect = (
  steps: readonly LinkedStep[],
  indexes: ReadonlyMap<string, number>,
  readings: readonly StepReading[],
): ReadonlyMap<string, readonly StepReading[]> => {
  const open = new Map<string, StepReading[]>();
  for (const reading of readings) {
    const index = indexes.get(reading.from) ?? -1;
    const step = steps[index];
    if (step && neededSteps(step).includes(reading.target)) continue;
    const known = open.get(reading.target);
    if (known) known.push(reading);
    else open.set(reading.target, [reading]);
  }
  return open;
};

const followersOf = (
  steps: readonly LinkedStep[],
  indexes: ReadonlyMap<string, number>,
): readonly (readonly number[])[] => {
  const followers: number[][] = steps.map(() => []);
  for (const [index, step] of steps.entries()) {
    for (const need of neededSteps(step)) followers[indexes.get(need) ?? -1]?.push(index);
  }
  return followers;
};

/** 1 for each step that comes after the start; one byte each, because there may be as many starts as steps. */
const reachable = (start: number, followers: readonly (readonly number[])[]): Uint8Array => {
  const seen = new Uint8Array(followers.length);
  const queue = [start];
  for (let index = queue.pop(); index !== undefined; index = queue.pop()) {
    for (const next of followers[index] ?? []) {
      if (seen[next]) continue;
      seen[next] = 1;
      queue.push(next);
    }
  }
  return seen;
};
