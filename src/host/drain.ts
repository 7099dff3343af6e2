// Decides how long the output of a child that has ended is still waited for, when somebody else holds its pipes.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CommandRequest } from '../engine/ports.ts';
import type { ChildOutputs } from './child-outputs.ts';
import { hasMembers } from './group.ts';

export interface DrainRequest {
  /** The child's process group. */
  readonly group: number;
  /** True once the child was ended by us: then less is expected of those it left. */
  readonly ended: () => boolean;
  /** Called before each judgement, for what must happen meanwhile. */
  readonly attend: () => Promise<void>;
  /** Names the file for what comes later. */
  readonly leftOutput: CommandRequest['leftOutput'];
}

const lookEveryMs = 50;
/** What the child's own pipes can hold at its end, and more. */
const ownBytes = 2 ** 20;
/** Who says more than that while we wait has no end, and would fill the disk. */
const endlessBytes = 2 ** 24;

interface Patience {
  readonly silenceMs: number;
  readonly flowMs: number;
}

/** Daemons, which left the group, have nothing to say to us; `tee` behind a script or a job in the background may. */
const patienceWith: Readonly<Record<'daemons' | 'members' | 'ended', Patience>> = {
  daemons: { silenceMs: 50, flowMs: 2000 },
  members: { silenceMs: 500, flowMs: 10_000 },
  ended: { silenceMs: 50, flowMs: 1000 },
};

/**
 * Waits until the pipes are closed, silent for a while, or have flowed for so long that nobody can mean it; all that the child
 * itself wrote is read by then. What is written later goes to the file of `leftOutput`; without one, and from who talks without
 * end, it gets EPIPE.
 */
export const drain = async (outputs: ChildOutputs, request: DrainRequest): Promise<void> => {
  const since = performance.now();
  const before = received(outputs);
  for (;;) {
    const patience = await patienceAfterPause(outputs, request);
    if (!patience) return;
    await request.attend();
    // The consumer is slow: that is no silence, and what the child wrote before its end is not to be lost.
    if (outputs.busy() && received(outputs) - before < ownBytes) continue;
    if (performance.now() - since > patience.flowMs || silentMs(outputs, since) >= patience.silenceMs) break;
  }
  const endless = received(outputs) - before > endlessBytes;
  outputs.detach(endless ? undefined : await request.leftOutput?.());
  await outputs.whenDone;
};

/** Undefined when the outputs are done. */
const patienceAfterPause = async (
  outputs: ChildOutputs,
  { group, ended }: DrainRequest,
): Promise<Patience | undefined> => {
  await outputs.wait(lookEveryMs);
  if (outputs.done()) return undefined;
  const patience = patienceWith[ended() ? 'ended' : hasMembers(group) ? 'members' : 'daemons'];
  // Looked at before: what they wrote until then is in the pipe, and is read before the silence is judged.
  await nextTurn();
  return outputs.done() ? undefined : patience;
};

const silentMs = (outputs: ChildOutputs, since: number): number =>
  outputs.busy() ? 0 : performance.now() - Math.max(since, outputs.stdout.movedAt, outputs.stderr.movedAt);

const received = ({ stdout, stderr }: ChildOutputs): number => stdout.received + stderr.received;
