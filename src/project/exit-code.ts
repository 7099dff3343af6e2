// The exit codes that scripts may rely on, and the error that carries one to main.
import { constants } from 'node:os';

export const exitCode = {
  ok: 0,
  stepFailed: 1,
  usage: 2,
  file: 3,
  host: 4,
  state: 5,
  nothingToResume: 6,
  bug: 70,
  /** 128 + the signal's number. */
  signal: (name: string): number => 128 + (constants.signals[name as NodeJS.Signals] ?? 0),
} as const;

/** An expected end of a command: a text for the person, already worded, and the exit code. */
export class CliError extends Error {
  readonly code: number;
  constructor(code: number, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CliError';
    this.code = code;
  }
}
