// Everything that can ever happen in a run. The journal, --json, the screen and the exit code are folds over this list.
import type { Failure, Observation } from './failure.ts';

/** The version of the journal's and `--json`'s event shape. */
export const eventVersion = 1;

export type Outcome = 'changed' | 'satisfied' | 'skipped' | 'failed' | 'blocked' | 'interrupted';

/** A step or a foreach child: `id`, or `id[key]`. */
export type Address = string;

/** One process of the operating system, so that a reused pid is not mistaken for it. Start time is in clock ticks since boot. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: number;
  readonly bootId: string;
}

export interface Created {
  readonly kind: string;
  readonly name: string;
  /** `kind/name` of the thing whose end ends this one too. */
  readonly within?: string;
}

/** How a created thing is taken away, resolved when it was made, so that it works without the workflow file. */
export interface UndoRecord {
  readonly action: Readonly<Record<string, unknown>>;
  readonly absent: readonly unknown[];
  readonly timeoutMs?: number;
}

/** A definition that is known to have been brought about. */
export interface Applied {
  readonly fingerprint: string;
  readonly definition?: unknown;
}

export interface PlannedStep {
  readonly address: Address;
  /** The step's id; for a foreach child its parent's. */
  readonly step: string;
  readonly name: string;
  readonly needs: readonly Address[];
  readonly group?: string;
  /** True for the parent of foreach children; it has no action of its own. */
  readonly parent?: boolean;
  /** Earlier ids of the step. */
  readonly was?: readonly string[];
  /** True for a step without an action: all it does is to prove, or wait for, what others bring about. */
  readonly proves?: boolean;
  /** Usual duration in milliseconds, from earlier runs. */
  readonly usualMs?: number;
}

export interface Scope {
  readonly only?: readonly string[];
  readonly from?: string;
  readonly until?: string;
  readonly redo?: readonly string[];
  readonly assume?: readonly { readonly step: string; readonly reason: string }[];
  /** Steps whose things are taken away before anything else happens. */
  readonly undo?: readonly string[];
  /** What the workflow made and no longer has is taken away before anything else happens. */
  readonly prune?: boolean;
  /** Nothing acts: what is there is taken over as if it had been made here. */
  readonly adopt?: boolean;
}

interface StepEvent {
  readonly address: Address;
}

type Body =
  | {
      readonly type: 'run.started';
      readonly run: string;
      readonly workflow: string;
      readonly variant: string;
      readonly inputs: Readonly<Record<string, unknown>>;
      readonly scope: Scope;
      readonly process: ProcessIdentity;
      readonly version: string;
      readonly deploys: boolean;
      /** The workflow whose things this run takes away: its success means that nothing of the variant stands. */
      readonly undoes?: string;
    }
  | { readonly type: 'run.resumed'; readonly process: ProcessIdentity; readonly version: string; readonly scope: Scope }
  | { readonly type: 'run.planned'; readonly steps: readonly PlannedStep[] }
  | { readonly type: 'run.stopping'; readonly signal: string; readonly stage: 'finish' | 'stop' | 'leave' }
  | {
      readonly type: 'run.finished';
      readonly outcome: 'succeeded' | 'failed' | 'interrupted';
      readonly counts: Readonly<Partial<Record<Outcome, number>>>;
      readonly durationMs: number;
      readonly facts: Readonly<Record<string, unknown>>;
      /** Facts that hold a secret and are therefore kept nowhere. */
      readonly withheld?: readonly string[];
    }
  | (StepEvent & { readonly type: 'step.expanded'; readonly children: readonly PlannedStep[] })
  | (StepEvent & {
      readonly type: 'step.judged';
      readonly verdict: 'keep' | 'run' | 'unknown' | 'skip';
      readonly reason: string;
      readonly evidence: readonly Observation[];
    })
  | (StepEvent & {
      readonly type: 'step.looked';
      readonly phase: 'satisfied' | 'precondition' | 'health' | 'proof';
      readonly since: number;
      readonly untilMs?: number;
      readonly observations: readonly Observation[];
    })
  | (StepEvent & {
      readonly type: 'step.started';
      readonly attempt: number;
      readonly fingerprint: string;
      /** The resolved definition, secrets masked, for showing what changed. */
      readonly definition: unknown;
      readonly command: string;
      readonly creates: readonly Created[];
      readonly undo?: UndoRecord;
      /** What an earlier run had brought about, so that this run's journal tells it by itself. */
      readonly applied?: Applied;
      /** It had been brought about before, just as it is defined now, and was seen not to hold any more. */
      readonly heals?: boolean;
    })
  | (StepEvent & {
      readonly type: 'step.spawned';
      readonly attempt: number;
      readonly process: ProcessIdentity;
      readonly command: string;
    })
  | (StepEvent & { readonly type: 'step.output'; readonly stream: 'stdout' | 'stderr'; readonly text: string })
  | (StepEvent & {
      readonly type: 'step.acted';
      readonly attempt: number;
      readonly durationMs: number;
      readonly failure?: Failure;
    })
  | (StepEvent & {
      readonly type: 'step.retrying';
      readonly attempt: number;
      readonly delayMs: number;
      readonly failure: Failure;
    })
  | (StepEvent & {
      readonly type: 'step.survived';
      /** It takes away what the step made. */
      readonly undo?: true;
      readonly process: ProcessIdentity;
      readonly command: string;
      readonly decision: 'wait' | 'end' | 'leave';
    })
  | (StepEvent & {
      readonly type: 'step.finished';
      readonly outcome: Outcome;
      readonly reason?: string;
      readonly fingerprint?: string;
      readonly definition?: unknown;
      readonly outputs: Readonly<Record<string, unknown>>;
      /** Names of outputs that hold a secret, and are therefore not kept. */
      readonly withheld?: readonly string[];
      /** With an outcome that brought nothing about: what was brought about before, by an earlier run. */
      readonly applied?: Applied;
      readonly evidence: readonly Observation[];
      readonly failure?: Failure;
      readonly attempts: number;
      readonly durationMs: number;
      readonly creates: readonly Created[];
      readonly undo?: UndoRecord;
      /** Path of the step's log, relative to the run's folder. */
      readonly log?: string;
    })
  | (StepEvent & {
      readonly type: 'step.undone';
      readonly created: readonly Created[];
      /** The event that recorded it first: tells things without a name apart. */
      readonly made?: { readonly run: string; readonly seq: number };
      /** The step has made something else since, which this says nothing of. */
      readonly earlier?: true;
      readonly outcome: 'removed' | 'absent' | 'contained' | 'failed';
      readonly evidence: readonly Observation[];
      readonly failure?: Failure;
      readonly durationMs: number;
    })
  | { readonly type: 'notice'; readonly level: 'info' | 'warning'; readonly code: string; readonly message: string };

/** One fact. `seq` counts from 1 within a run, `at` is milliseconds since the epoch. */
export type RunEvent = Body & { readonly seq: number; readonly at: number };
export type EventBody = Body;
export type EventOf<T extends Body['type']> = Extract<RunEvent, { type: T }>;

/** `sync`: on disk before anyone acts on it. `write`: in the journal, in order, without waiting. `view`: shown, not kept. */
export const durability = (type: Body['type']): 'sync' | 'write' | 'view' => {
  switch (type) {
    case 'run.started':
    case 'run.resumed':
    case 'run.finished':
    case 'step.started':
    case 'step.finished':
    case 'step.undone':
      return 'sync';
    case 'step.output':
    case 'step.looked':
      return 'view';
    default:
      return 'write';
  }
};
