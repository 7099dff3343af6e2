// Tells V8 how a run of many steps is worked off: it waits more than it computes, so that what V8 does by default, compiling early for
// speed and letting garbage lie for the sake of it, costs more than it gives; and each process that is started copies the page tables of
// all this memory. A short run is left alone: no code compiled before fits other flags.
import { setFlagsFromString } from 'node:v8';

const many = 300;

/** Measured with 1,000 and 10,000 steps: a fifth to a third of the CPU of a run with nothing to do, a third of the memory of one that acts. */
export const flags = [
  // Default 132 KiB of bytecode: optimising then takes longer than it saves, in threads of its own.
  '--interrupt-budget=1000000',
  // To wake threads for copying the few new objects that are still in use takes about as long as to copy them.
  '--no-parallel-scavenge',
  // Where new objects live stays as large as it is by then.
  '--semi-space-growth-factor=1',
  // Half as much again as is in use, not up to four times.
  '--heap-growing-percent=50',
];

/** From the first process on: what is done with is looked for at half of the room, which costs a run that starts none a tenth of its CPU. */
export const flagsOnceActing = ['--incremental-marking-soft-trigger=70', '--incremental-marking-hard-trigger=50'];

/** What it gives is to be called whenever a step acts. */
export const spareWith = (steps: number): (() => void) => {
  if (steps < many) return () => {};
  tell(flags);
  let isActing = false;
  return () => {
    if (!isActing) tell(flagsOnceActing);
    isActing = true;
  };
};

const tell = (all: readonly string[]): void => {
  for (const flag of all) setFlagsFromString(flag);
};
