// A step with every expression that can be known replaced: what is run, proved, fingerprinted and shown.
import type { Created, UndoRecord } from '../../core/event.ts';
import type { RetryPolicy } from '../../core/retry.ts';
import type { StepSpec } from '../../core/workflow.ts';
import type { StepType } from '../step-type.ts';

export interface Surroundings {
  readonly on?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export type ResolvedAction = Surroundings &
  (
    | { readonly kind: 'run'; readonly argv: readonly string[]; readonly stdin?: string }
    | {
        readonly kind: 'shell';
        readonly script: string;
        readonly stdin?: string;
        /** What its expressions are, by their source. */
        readonly values: Readonly<Record<string, string>>;
      }
    | {
        readonly kind: 'uses';
        readonly type: StepType;
        readonly input: unknown;
        /** The input as the file gives it, without the type's defaults. */
        readonly given: unknown;
      }
  );

export interface ResolvedProbe {
  readonly kind: string;
  /** What a person calls it; filled in by the probe's type when the author gave no name. */
  readonly name?: string;
  /** The keys of its kind. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly expect?: string;
  /** Of a probe that is kept for later: what `expect` reads besides what is seen, as it was then. */
  readonly reads?: Readonly<Record<string, unknown>>;
  readonly message?: string;
  readonly withinMs?: number;
  readonly everyMs?: number;
  readonly forMs: number;
  readonly staysMs: number;
  readonly timeoutMs: number;
  readonly on?: string;
}

export interface ResolvedStep {
  readonly spec: StepSpec;
  readonly name: string;
  readonly action?: ResolvedAction;
  readonly preconditions: readonly ResolvedProbe[];
  readonly health: readonly ResolvedProbe[];
  readonly satisfied?: 'never' | 'once' | readonly ResolvedProbe[];
  readonly surroundings: Surroundings;
  /** Of its environment what files of the project set, whatever the terminal it was called from says. */
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly graceMs: number;
  /** How much of its command's output is kept; the usual unless told. */
  readonly keepBytes?: number;
  readonly retry: RetryPolicy;
  readonly continueOnError: boolean;
  readonly creates: readonly Created[];
  readonly undo?: UndoRecord;
  readonly files: readonly string[];
  /** The command as a person would type it. */
  readonly command: string;
}
