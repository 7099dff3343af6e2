// Says in a person's words why a program could not be started: the system's code alone does not tell a missing command from a missing folder.
import { accessSync, constants, statSync } from 'node:fs';

export interface SpawnFailure {
  readonly code: string;
  readonly message: string;
}

export interface SpawnAttempt {
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

const aboutProgram = (code: string, { argv, env }: SpawnAttempt): string | undefined => {
  const [program = ''] = argv;
  switch (code) {
    case 'ENOENT':
      if (!program.includes('/')) return `command not found: ${program} (PATH is ${env['PATH'] ?? 'not set'})`;
      return exists(program) ? `${program}: its interpreter does not exist` : `no such program: ${program}`;
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

const exists = (path: string): boolean => {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
};
