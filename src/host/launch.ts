// Starts a program in a process group of its own, without a shell. That it could not be started is a value, not an error.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import type { CommandRequest, CommandResult } from '../engine/ports.ts';
import { signalGroup } from './group.ts';
import { identify } from './process.ts';
import { explainSpawnFailure, type SpawnFailure } from './spawn-failure.ts';
import { openStdinFile } from './stdin-file.ts';

/** A child that runs; its number is known. */
export type Launched = ChildProcess & { readonly pid: number };

export type LaunchRequest = Pick<CommandRequest, 'argv' | 'cwd' | 'env' | 'stdin' | 'onSpawn'>;

/** @throws what `onSpawn` threw; the child is ended then. */
export const launch = (request: LaunchRequest): Launched | Promise<SpawnFailure> => {
  let child: ChildProcess;
  try {
    child = start(request);
  } catch (error) {
    return Promise.resolve(explainSpawnFailure(error, request));
  }
  if (!isLaunched(child)) return once(child, 'error').then(([error]) => explainSpawnFailure(error, request));
  if (request.onSpawn) announce(child.pid, request.onSpawn);
  return child;
};

const start = ({ argv, cwd, env, stdin }: LaunchRequest): ChildProcess => {
  const [program = '', ...args] = argv;
  const input = stdin === undefined ? undefined : openStdinFile(stdin);
  try {
    return spawn(program, args, { cwd, env, detached: true, stdio: [input ?? 'ignore', 'pipe', 'pipe'] });
  } finally {
    if (input !== undefined) closeSync(input);
  }
};

/** The child cannot be gone yet: it stays a zombie at least until we get back to the event loop. */
const announce = (pid: number, onSpawn: NonNullable<LaunchRequest['onSpawn']>): void => {
  const identity = identify(pid);
  try {
    if (identity) onSpawn(identity);
  } catch (error) {
    // Whoever was to remember this child could not; it must not run unseen.
    signalGroup(pid, 'SIGKILL');
    throw error;
  }
};

const isLaunched = (child: ChildProcess): child is Launched => child.pid !== undefined;

export const spawnFailed = (error: SpawnFailure): CommandResult => ({
  exitCode: null,
  signal: null,
  stdout: '',
  stderr: '',
  truncated: false,
  durationMs: 0,
  ended: 'spawn-failed',
  error,
});
