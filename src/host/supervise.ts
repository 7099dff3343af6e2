// Stays with a child until it is over: its output, its time limit, being cancelled, and the end of what it left in its group.
import type { CommandRequest, CommandResult } from '../engine/ports.ts';
import { type ChildOutputs, readOutputs } from './child-outputs.ts';
import { drain } from './drain.ts';
import { endProcessGroup, hasMembers } from './group.ts';
import type { Launched } from './launch.ts';
import { readStat } from './proc-stat.ts';
import { type StopCause, watchForStop } from './stop-cause.ts';

export type SuperviseRequest = Omit<CommandRequest, 'argv' | 'cwd' | 'env' | 'background'> & {
  /** Has the group ended together with us, until the returned function is called: what it left when it ended well may stay. */
  readonly registerGroup: (group: number) => () => void;
};

const defaultGraceMs = 5000;

/** @throws what `onOutput` threw, once the child has been ended. */
export const supervise = async (child: Launched, request: SuperviseRequest): Promise<CommandResult> => {
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
