// What every part of the engine is given: the ports, the registry, the few values of this run; and small things all do with them.
import type { EventBody } from '../core/event.ts';
import type { Scope } from '../core/expression.ts';
import type { Failure } from '../core/failure.ts';
import type { Masker } from '../core/mask.ts';
import type { VariantFile } from '../core/workflow.ts';
import type { Limiter } from './limiter.ts';
import type { Pace } from './pace.ts';
import type { Clock, Host, StepLog } from './ports.ts';
import type { SharedAnswers } from './shared-answers.ts';
import type { Registry } from './step-type.ts';
import type { StopControl } from './stop.ts';

export interface Engine {
  readonly host: Host;
  readonly registry: Registry;
  readonly masker: Masker;
  readonly shared: SharedAnswers;
  readonly stop: StopControl;
  /** How many actions, and how many looks, may be under way at once. */
  readonly limits: {
    readonly actions: Limiter;
    readonly looks: Limiter;
    readonly groups: ReadonlyMap<string, Limiter>;
  };
  /** How often all that is waited for is looked at; each wait has its own without it. */
  readonly pace?: Pace;
  /** Resolves when the fact is as durable as its type asks. */
  emit(body: EventBody): Promise<void>;
  openLog(address: string, attempt: number): Promise<StepLog>;
  readonly run: string;
  readonly projectDir: string;
  /** The folder steps run in that name none of their own. */
  readonly cwd: string;
  readonly stateDir: string;
  /** Values every expression may read; `steps` is added as they finish. */
  readonly scope: Scope;
  /** The environment steps start from. */
  readonly env: Readonly<Record<string, string>>;
  /** Those of them that the variant's and the workflow's files set. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly enter: VariantFile['enter'];
  readonly model: unknown;
  consent(question: string): Promise<boolean>;
  /** What to do about a process of an earlier attempt, or of an earlier undo, that is still alive. */
  survivor(description: {
    address: string;
    pid: number;
    command: string;
    undo?: true;
  }): Promise<'wait' | 'end' | 'leave'>;
  /** In [0, 1); for jitter. */
  random(): number;
}

/** Milliseconds since a monotonic moment, to the microsecond: further digits are noise, and most of what a record would consist of. */
export const elapsed = (clock: Clock, since: number): number => Math.round((clock.monotonic() - since) * 1000) / 1000;

export const tell = (engine: Engine, body: EventBody): void => {
  engine.emit(body).catch(() => {
    // The recorder keeps a broken journal's error and stops the run; whoever waits for a fact gets it.
  });
};

export const internalFailure = (error: unknown, { text }: Masker): Extract<Failure, { kind: 'internal' }> => {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'internal', message: text(message), ...(stack !== undefined && { stack: text(stack) }) };
};

/** What the store throws must end the run: a fact that can't be kept must not be acted on. */
export const isStoreError = (error: unknown): boolean => error instanceof Error && error.name === 'StoreError';

export const inProject = ({ projectDir }: { readonly projectDir: string }, path: string): string =>
  path === '' ? projectDir : path.startsWith('/') ? path : `${projectDir}/${path}`;
