// Runs one program to its end. What it was, and what its end means, is the caller's to know.
import type { CommandRequest, CommandResult } from '../engine/ports.ts';
import { type Launched, launch, spawnFailed } from './launch.ts';
import { registerOpenGroup } from './open-groups.ts';
import type { SpawnFailure } from './spawn-failure.ts';
import { supervise } from './supervise.ts';

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
