// The failure that a person can do something about, in contrast to a mistake in the program.

/** An expected failure of a step type, told to the person at the terminal. */
export class StepError extends Error {
  readonly command: string | undefined;
  readonly tail: readonly string[];
  readonly exitCode: number | undefined;
  /** Looking again won't help: what was asked for does not exist, or can't be what it should. */
  readonly final: boolean;
  constructor(
    message: string,
    details: { command?: string; tail?: readonly string[]; exitCode?: number; final?: boolean } = {},
  ) {
    super(message);
    this.name = 'StepError';
    this.command = details.command;
    this.tail = details.tail ?? [];
    this.exitCode = details.exitCode;
    this.final = details.final ?? false;
  }
}
