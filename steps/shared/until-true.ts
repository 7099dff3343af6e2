// Waiting inside a step type for a fact it needs midway: looks again and again, says what is seen, and gives up with the last look.
import { type Seen, type StepContext, StepError } from '../../src/engine/step-type.ts';

const longestPauseMs = 2000;

/** Resolves with the look that holds. @throws StepError with what was seen last when it does not come true in time. */
export const untilTrue = async <Look extends Seen>(
  context: StepContext,
  withinMs: number,
  look: () => Promise<Look>,
): Promise<Look> => {
  const { clock } = context.host;
  const start = clock.monotonic();
  let told = '';
  for (;;) {
    const seen = await look();
    if (seen.holds) return seen;
    if (seen.saw !== told) context.progress(seen.saw);
    told = seen.saw;
    const waited = clock.monotonic() - start;
    if (context.signal.aborted || waited >= withinMs)
      throw new StepError(`${seen.saw}, after ${Math.round(waited / 1000)} s`);
    await clock.sleep(Math.min(longestPauseMs, Math.max(50, waited / 10), withinMs - waited), context.signal);
  }
};
