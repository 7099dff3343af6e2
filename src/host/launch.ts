// Starts a child, and says in words why one could not be started.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CommandRequest, CommandResult } from '../engine/ports.ts';
import { signalGroup } from './group.ts';
import { identify } from './process.ts';

/** A child that runs; its number is known. */
export type Launched = ChildProcess & { readonly pid: number };

type LaunchRequest = Pick<CommandRequest, 'argv' | 'cwd' | 'env' | 'stdin' | 'onSpawn'>;

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

export interface SpawnFailure {
  readonly code: string;
  readonly message: string;
}

interface SpawnAttempt {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export const explainSpawnFailure = (error: unknown, attempt: SpawnAttempt): SpawnFailure => {
  const { code = 'UNKNOWN', message } = error as NodeJS.ErrnoException;
  return { code, message: aboutFolder(code, attempt.cwd) ?? aboutProgram(code, attempt) ?? message };
};

const aboutFolder = (code: string, cwd: string): string | undefined => {
  if (!['ENOENT', 'ENOTDIR', 'EACCES'].includes(code)) return undefined;
  try {
    if (!statSync(cwd).isDirectory()) return `the working folder ${cwd} is no folder`;
    accessSync(cwd, constants.X_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? `the working folder ${cwd} does not exist`
      : `the working folder ${cwd} may not be entered`;
  }
};

const aboutProgram = (code: string, { argv, cwd, env }: SpawnAttempt): string | undefined => {
  const [program = ''] = argv;
  switch (code) {
    case 'ENOENT':
      if (!program.includes('/')) return `command not found: ${program} (PATH is ${env['PATH'] ?? 'not set'})`;
      return aboutInterpreter(program, cwd) ?? `no such program: ${program}`;
    case 'EACCES':
      return `${program} is not executable`;
    case 'ENOEXEC':
      return `${program} is no program of this machine's kind, and has no #! line`;
    case 'E2BIG':
      return 'the arguments and the environment are larger than the system allows (128 KiB each, 2 MiB in all on Linux)';
    case 'EMFILE':
    case 'ENFILE':
      return 'too many open files; raise the limit with ulimit -n';
    case 'EAGAIN':
      return 'too many processes; raise the limit with ulimit -u';
    case 'ENOMEM':
      return 'not enough memory to start another process';
    case 'ERR_INVALID_ARG_VALUE':
      return program === '' ? 'the command is empty' : 'an argument holds a NUL byte, which no program can be given';
    default:
      return undefined;
  }
};

/** What a program that is there lacks; undefined when it is not there. */
const aboutInterpreter = (program: string, cwd: string): string | undefined => {
  const start = beginningOf(resolve(cwd, program));
  if (start === undefined) return undefined;
  const missing = `${program}: its interpreter does not exist`;
  return /^#![^\n]*\r\n/.test(start) ? `${missing}: the #! line ends with a carriage return, as on Windows` : missing;
};

/** As much as the kernel looks at; undefined when there is no such file, or none that may be read. */
const beginningOf = (path: string): string | undefined => {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const bytes = Buffer.alloc(256);
    return bytes.toString('latin1', 0, readSync(file, bytes));
  } catch {
    return existsSync(path) ? '' : undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
};

// Gives a child its input as a shell gives a here-document: an unnamed file. Node's own pipes are sockets, which a program can't
// open by name (`nft -f /dev/stdin`), and which make bash believe that it was called over the network and read ~/.bashrc.

/** An open file with that text, read from its beginning; whoever gets it closes it. @throws the system's error, such as ENOSPC. */
const openStdinFile = (text: string): number => {
  const fd = openUnnamed();
  try {
    const bytes = Buffer.from(text);
    let at = 0;
    // Written to places, not in sequence: so the child's reading position stays at the beginning.
    while (at < bytes.length) at += writeSync(fd, bytes, at, bytes.length - at, at);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
};

/** In memory where that is possible: input may be a password. The name is gone before anything is in it. */
const openUnnamed = (): number => {
  const name = `lab-stdin-${randomUUID()}`;
  const open = (folder: string): number => {
    const path = join(folder, name);
    const fd = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return fd;
  };
  try {
    return open('/dev/shm');
  } catch {
    return open(tmpdir()); // No such folder, or none for us; if this one refuses as well, it says why.
  }
};
