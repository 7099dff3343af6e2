// Says in a person's words why a program could not be started: the system's code alone does not tell a missing command from a missing folder.
import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

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
