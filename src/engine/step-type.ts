// The contract between the engine and everything that knows a product: step types and probe types.
import type { z } from 'zod';
import type { Created } from '../core/event.ts';
import type { CommandRequest, CommandResult, Host } from './ports.ts';

export { StepError } from '../core/failure.ts';

/** What one look, one run or one undo may use. */
export interface StepContext {
  /** Runs a command in the step's environment, folder and place; its output goes to the step's log. Never throws for a failed command; reading a stream that was cut throws a StepError. */
  command(argv: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Like command, but throws a StepError with the command and its last lines unless it exits 0. */
  must(argv: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** A line for the step's log and the screen. */
  log(line: string): void;
  /** Says what is seen meanwhile, for views: `2 of 3 nodes Ready`. */
  progress(saw: string): void;
  /** The answer of `ask` the first time a key is asked within one pass over the steps; later askers share it. */
  shared<T>(key: string, ask: () => Promise<T>): Promise<T>;
  readonly host: Host;
  /** Aborts when the step is to stop. */
  readonly signal: AbortSignal;
  /** Milliseconds it may take, as its `timeout` says; undefined when there is no limit. What waits by itself waits no shorter. */
  readonly timeoutMs?: number;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The project's folder: relative paths in inputs start there. */
  readonly projectDir: string;
  /** The state folder; a step type keeps nothing in it that the world could tell. */
  readonly stateDir: string;
  /** The variant's model, such as the fabric; undefined without one. */
  readonly model: unknown;
  /** The same for putting back what was changed: what it runs is not ended when the step is to stop, nor when its time is over. */
  closing(): StepContext;
  /** Whether a person agreed to changes of this host (`--yes`, or a question answered). */
  consent(question: string): Promise<boolean>;
}

export interface CommandOptions
  extends Partial<Pick<CommandRequest, 'stdin' | 'env' | 'cwd' | 'timeoutMs' | 'background' | 'keepBytes'>> {
  /** Do not copy its output to the step's log. */
  readonly quiet?: boolean;
  /** Run it on the machine itself also when the step is `on` a place. */
  readonly here?: boolean;
  /** Run it in this place of the variant, whatever the step is `on`. */
  readonly at?: string;
}

/** What a look at the world showed. */
export interface Seen {
  readonly holds: boolean;
  /** In a few words what was seen, also when it holds. */
  readonly saw: string;
  readonly data?: unknown;
}

export interface StepType<Schema extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly summary: string;
  readonly input: Schema;
  /** Names and meanings of what `run` and `check` yield as outputs. */
  readonly outputs?: Readonly<Record<string, string>>;
  /** Is it already true? Asked before the action, after it, and on resume. Its `data` may hold outputs under `outputs`. */
  check?(
    input: z.output<Schema>,
    context: StepContext,
  ): Promise<Seen & { readonly outputs?: Readonly<Record<string, unknown>> }>;
  /** Makes it true; resolves with outputs. @throws StepError */
  run(input: z.output<Schema>, context: StepContext): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Takes it away again; must also work when it is half there or gone. */
  undo?(input: z.output<Schema>, context: StepContext): Promise<void>;
  /** What it makes, for the ledger. */
  creates?(input: z.output<Schema>): readonly Created[];
  /** Is everything it makes gone? After undo. */
  absent?(input: z.output<Schema>, context: StepContext): Promise<Seen>;
  /** Files whose content is part of the definition, relative to the project. */
  files?(input: z.output<Schema>): readonly string[];
  /** The files it writes, as templates with their values: what `lab render` shows without running anything. */
  renders?(input: z.output<Schema>, model: unknown): readonly Rendering[];
  /** The action as a person would type it, for failures and plans. */
  describe?(input: z.output<Schema>): string;
}

/** A file that is rendered: from which template of the project, with which values, and where it goes. */
export interface Rendering {
  readonly template: string;
  readonly to: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface ProbeType<Schema extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly summary: string;
  readonly input: Schema;
  /** Names and meanings of the values that `expect` may read. */
  readonly values: Readonly<Record<string, string>>;
  /** Looks once. `holds` is the verdict when there is no `expect`; `values` are what `expect` reads. Errors of the look itself are thrown as StepError. */
  look(
    input: z.output<Schema>,
    context: StepContext,
  ): Promise<Seen & { readonly values: Readonly<Record<string, unknown>> }>;
  /**
   * For what can be told in a few microseconds and without waiting: a text that is another when the answer may have become another.
   * While a look is waited for it is asked ten times a second; undefined when it can't be told.
   */
  glance?(input: z.output<Schema>, context: Pick<StepContext, 'host' | 'cwd' | 'projectDir'>): string | undefined;
  /** What a person calls it when the probe has no name. */
  describe(input: z.output<Schema>): string;
}

/** Types a step type from its schema. */
export const defineStep = <Schema extends z.ZodType>(type: StepType<Schema>): StepType<Schema> => type;
/** Types a probe type from its schema. */
export const defineProbe = <Schema extends z.ZodType>(type: ProbeType<Schema>): ProbeType<Schema> => type;

/** The types a session knows, by name. */
export interface Registry {
  readonly steps: ReadonlyMap<string, StepType>;
  readonly probes: ReadonlyMap<string, ProbeType>;
}
