// Every way a step can fail, as fields, and what a probe saw. Sentences are made in view/wording.ts.

export type Failure =
  | { readonly kind: 'exit'; readonly exitCode: number; readonly command: string; readonly tail: readonly string[] }
  | { readonly kind: 'signal'; readonly signal: string; readonly command: string; readonly tail: readonly string[] }
  | { readonly kind: 'timeout'; readonly afterMs: number; readonly command: string; readonly tail: readonly string[] }
  | { readonly kind: 'spawn'; readonly command: string; readonly code: string; readonly message: string }
  | {
      readonly kind: 'step-type';
      readonly uses: string;
      readonly message: string;
      readonly tail: readonly string[];
      readonly command?: string;
    }
  | { readonly kind: 'precondition'; readonly observation: Observation; readonly waitedMs: number }
  | { readonly kind: 'health'; readonly observations: readonly Observation[]; readonly waitedMs: number }
  | { readonly kind: 'expression'; readonly where: string; readonly source: string; readonly message: string }
  | { readonly kind: 'output'; readonly name: string; readonly message: string }
  | { readonly kind: 'survivor'; readonly pid: number; readonly command: string }
  /** It was not taken away: what rests on it is still there. */
  | { readonly kind: 'blocked'; readonly by: readonly string[] }
  | { readonly kind: 'cancelled'; readonly signal: string }
  | { readonly kind: 'internal'; readonly message: string; readonly stack?: string };

export interface Observation {
  /** What a person calls the fact: the probe's name, else its kind and target. */
  readonly probe: string;
  readonly holds: boolean;
  /** What was seen, in a few words: `2 of 4 Established`, `exit 1: no such container`. */
  readonly saw: string;
  /** Why the look itself failed, when it did; then `holds` is false. */
  readonly error?: string;
  /** The author's words for a fact that does not hold. */
  readonly message?: string;
  /** Values expressions and pages may read; kept small. */
  readonly data?: unknown;
}

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

/** The message of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
