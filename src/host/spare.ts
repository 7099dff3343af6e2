// Tells V8 how a run of many steps is worked off: it waits more than it computes, so that what V8 does by default, compiling early for
// speed and letting garbage lie for the sake of it, costs more than it gives; and each process that is started copies the page tables of
// all this memory. A very short run is left alone: to say it takes a millisecond, and no code compiled before fits other flags.
import { setFlagsFromString } from 'node:v8';

const some = 20;
const many = 300;

const v8 = Number.parseInt(process.versions.v8, 10);
/** In Node 20 to 25. Another V8 may not know a flag, and would say so on the user's screen. */
const isMeasured = v8 >= 11 && v8 <= 14;

/**
 * Measured: with 40 and 100 steps a twelfth of the CPU of a run that acts and a seventh of one with nothing to do; with 1,000 and 10,000 a
 * fifth to a third of the latter. With 10 steps nothing either way.
 */
export const flags = [
  // Thirty to sixty times later than by default: optimising takes longer than it saves, in threads of its own.
  ...(v8 < 12
    ? ['--interrupt-budget=4000000']
    : ['--invocation-count-for-turbofan=100000', '--invocation-count-for-maglev=15000']),
  // To wake threads for copying the few new objects that are still in use takes about as long as to copy them.
  '--no-parallel-scavenge',
  // Where new objects live stays as large as it is by then.
  '--semi-space-growth-factor=1',
];

/** A third of the memory of a run of 1,000 steps that acts; one of 100 is done before it pays. */
export const flagsOfMany = [
  // Half as much again as is in use, not up to four times.
  '--heap-growing-percent=50',
];

/** From the first process on: what is done with is looked for at half of the room, which costs a run that starts none a tenth of its CPU. */
export const flagsOnceActing = ['--incremental-marking-soft-trigger=70', '--incremental-marking-hard-trigger=50'];

/** What it gives is to be called whenever a step acts. */
export const spareWith = (steps: number): (() => void) => {
  if (steps < some || !isMeasured) return () => {};
  tell(flags);
  if (steps < many) return () => {};
  tell(flagsOfMany);
  let isActing = false;
  return () => {
    if (!isActing) tell(flagsOnceActing);
    isActing = true;
  };
};

const tell = (all: readonly string[]): void => {
  for (const flag of all) setFlagsFromString(flag);
};
