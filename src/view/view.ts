// What every way of showing a run has in common. A view is a fold over events; it decides nothing and asks for nothing.
import type { RunEvent } from '../core/event.ts';
import type { KnownCause } from './known-causes.ts';
import type { RunModel } from './run-model.ts';

/** A stream as far as a view needs it; process.stdout is one. */
export interface Output {
  write(text: string): unknown;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  readonly isTTY?: boolean | undefined;
}

export interface ViewContext {
  readonly out: Output;
  readonly err: Output;
  /** Milliseconds since the epoch, on the clock of the events. */
  now(): number;
  readonly color: boolean;
  /** False where only ASCII can be shown; default true. */
  readonly unicode?: boolean;
  /** What the journal of a continued run already holds; it is not shown, but it tells what was healed. */
  readonly past?: readonly RunEvent[];
  /** Usual milliseconds by address, for steps whose plan does not carry them. */
  readonly usual?: ReadonlyMap<string, number>;
  /** Where a step is written: `file:line:column`. */
  readonly place?: (address: string) => string | undefined;
  /** Failures the project knows of its own. */
  readonly causes?: readonly KnownCause[];
  /** The file GitHub Actions shows as the page of the job (`$GITHUB_STEP_SUMMARY`). */
  readonly jobSummary?: string;
}

export interface View {
  on(event: RunEvent): void;
  /** What it knows of the run, for whoever tells the ending. */
  readonly model?: RunModel;
  /** Resolves when everything is written and the terminal is as it was found. */
  close(): Promise<void>;
  /** Leaves the terminal to a question; `resume` takes it back. */
  pause?(): void;
  resume?(): void;
  /** Something else may have written meanwhile, such as a shell while the program was stopped: what was drawn stays where it is. */
  anew?(): void;
}
