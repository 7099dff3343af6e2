// One command from its start to its end: watched, stopped, its output awaited.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CommandRequest, CommandResult } from '../engine/ports.ts';
import { type ChildOutputs, readOutputs } from './child-outputs.ts';
import { endProcessGroup, hasMembers, registerOpenGroup } from './group.ts';
import { type Launched, launch, type SpawnFailure, spawnFailed } from './launch.ts';
import { readStat } from './process.ts';
import { type StopCause, watchForStop } from './stop-cause.ts';

/** Told of a process group that must not outlive us; returns how to forget it. */
export type RegisterGroup = (group: number) => () => void;

/** @throws what `onOutput` or `onSpawn` threw; everything that happens to the program is a value. */
export const runCommand = async (
  request: CommandRequest,
  registerGroup: RegisterGroup = registerOpenGroup,
): Promise<CommandResult> => {
  if (request.signal?.aborted) return cancelledBefore;
  return attend(launch(request), request, registerGroup);
};

/** From the start of a child, or its failure, to the result. */
export const attend = async (
  launched: Launched | Promise<SpawnFailure>,
  request: Omit<CommandRequest, 'argv'>,
  registerGroup: RegisterGroup,
): Promise<CommandResult> => {
  if (launched instanceof Promise) return spawnFailed(await launched);
  return supervise(launched, { ...request, registerGroup: request.background === true ? unregistered : registerGroup });
};

const unregistered: RegisterGroup = () => () => {};

export const cancelledBefore: CommandResult = {
  exitCode: null,
  signal: null,
  stdout: '',
  stderr: '',
  truncated: false,
  durationMs: 0,
  ended: 'cancelled',
};

type SuperviseRequest = Omit<CommandRequest, 'argv' | 'cwd' | 'env' | 'background'> & {
  /** Has the group ended together with us, until the returned function is called: what it left when it ended well may stay. */
  readonly registerGroup: (group: number) => () => void;
};

const defaultGraceMs = 5000;

/** @throws what `onOutput` threw, once the child has been ended. */
const supervise = async (child: Launched, request: SuperviseRequest): Promise<CommandResult> => {
  const startedAt = performance.now();
  const exited = exitOf(child);
  const release = request.registerGroup(child.pid);
  const watch = watchForStop(request);
  const outputs = readOutputs(child, { ...request, onFailure: (error) => watch.stop({ kind: 'consumer', error }) });
  const endOnce = onlyOnce((cause: StopCause) => endGroup(child, cause, request));
  try {
    const first = await Promise.race([exited, watch.cause]);
    const stopped = 'kind' in first ? first : undefined;
    if (stopped) await endOnce(stopped);
    const exit = stopped ? await exitAfterEnd(child, exited) : await exited;
    const attend = async (): Promise<void> => {
      const cause = watch.current();
      // The child has been reaped: a process under its number would be a stranger, and the group gone.
      if (cause && !readStat(child.pid)) await endOnce(cause);
    };
    const ended = (): boolean => watch.current() !== undefined;
    if (!outputs.done()) await drain(outputs, { group: child.pid, ended, attend, leftOutput: request.leftOutput });
    const cause = watch.current();
    if (cause?.kind === 'consumer') throw cause.error;
    return {
      ...exit,
      stdout: outputs.stdout.kept.text(),
      stderr: outputs.stderr.kept.text(),
      ...truncation(outputs),
      durationMs: performance.now() - startedAt,
      ended: stopped && stopped.kind !== 'consumer' ? stopped.kind : 'exit',
    };
  } finally {
    watch.dispose();
    release();
  }
};

const truncation = (outputs: ChildOutputs): Pick<CommandResult, 'truncated' | 'truncatedStreams'> => {
  const truncatedStreams = (['stdout', 'stderr'] as const).filter((name) => outputs[name].kept.truncated);
  return truncatedStreams.length === 0 ? { truncated: false } : { truncated: true, truncatedStreams };
};

interface Exit {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

const exitOf = (child: Launched): Promise<Exit> => {
  // After a start that succeeded, 'error' only repeats what a failed signal tells elsewhere.
  child.on('error', () => {});
  return new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
};

const exitAfterEnd = async (child: Launched, exited: Promise<Exit>): Promise<Exit> => {
  // What not even SIGKILL ends (stuck in the kernel) has no exit to wait for.
  if (hasMembers(child.pid)) return { exitCode: null, signal: null };
  // Does nothing, unless the child has moved itself into another group.
  if (!hasExited(child)) child.kill('SIGKILL');
  return exited;
};

const hasExited = (child: Launched): boolean => child.exitCode !== null || child.signalCode !== null;

const endGroup = (child: Launched, cause: StopCause, request: SuperviseRequest): Promise<void> =>
  endProcessGroup(child.pid, {
    graceMs: request.graceMs ?? defaultGraceMs,
    surelyHasMembers: () => !hasExited(child),
    ...(cause.kind === 'cancelled' && { first: cause.first }),
  });

const onlyOnce = <T>(act: (argument: T) => Promise<void>): ((argument: T) => Promise<void>) => {
  let done: Promise<void> | undefined;
  return (argument) => {
    done ??= act(argument);
    return done;
  };
};

interface DrainRequest {
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
const drain = async (outputs: ChildOutputs, request: DrainRequest): Promise<void> => {
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
