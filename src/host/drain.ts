// Decides how long the output of a child that has ended is still waited for, when somebody else holds its pipes.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ChildOutputs } from './child-outputs.ts';
import { hasMembers } from './group.ts';

export interface DrainRequest {
  /** The child's process group. */
  readonly group: number;
  /** True once the child was ended by us: then less is expected of those it left. */
  readonly ended: () => boolean;
  /** Called before each judgement, for what must happen meanwhile. */
  readonly attend: () => Promise<void>;
}

const lookEveryMs = 50;
const silence = { left: 50, inGroup: 500 };
const flow = { mostMs: 10_000, mostMsOnceEnded: 1000, leastBytes: 2 ** 20 };

/**
 * A daemon that left the group has nothing more to say to us: 50 ms of silence are enough. What stays in the group (`tee`
 * behind a script, a job in the background) gets 500 ms. Output that flows is taken until it has flowed for 10 s and all that
 * the child itself can have left in the pipe is read. Then we let go, and who writes to us later gets EPIPE.
 */
export const drain = async (outputs: ChildOutputs, { group, ended, attend }: DrainRequest): Promise<void> => {
  const since = performance.now();
  const before = received(outputs);
  for (;;) {
    await outputs.wait(lookEveryMs);
    // Output that waits in the pipe is read before the silence is judged, however busy we are.
    await nextTurn();
    if (outputs.done()) return;
    await attend();
    // The consumer is slow: that is no silence, and what the child wrote before its end is not to be lost.
    if (outputs.busy() && received(outputs) - before < flow.leastBytes) continue;
    if (performance.now() - since > (ended() ? flow.mostMsOnceEnded : flow.mostMs)) break;
    if (isSilent(outputs, since, group)) break;
  }
  outputs.detach();
  await outputs.whenDone;
};

const isSilent = (outputs: ChildOutputs, since: number, group: number): boolean => {
  if (outputs.busy()) return false;
  const silentMs = performance.now() - Math.max(since, outputs.stdout.movedAt, outputs.stderr.movedAt);
  return silentMs >= silence.inGroup || (silentMs >= silence.left && !hasMembers(group));
};

const received = ({ stdout, stderr }: ChildOutputs): number => stdout.received + stderr.received;
