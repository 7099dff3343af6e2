// What every view is given and does; which one fits an output; and the two that hardly say a thing.
import { eventVersion, type RunEvent } from '../core/event.ts';
import { eventText } from './event-text.ts';
import type { KnownCause } from './known-causes.ts';
import { RunModel } from './run-model.ts';
import { createPaint } from './text.ts';

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

export type ViewName = 'task-list' | 'lines' | 'github' | 'ndjson' | 'quiet';

export interface Circumstances {
  /** The output is a terminal. */
  readonly tty: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Runs in GitHub Actions. */
  readonly github: boolean;
  /** Runs in another service that builds and tests (`CI`), whose terminal nobody looks at while it runs. */
  readonly ci: boolean;
  /** A person asked for lines (`--no-tty`). */
  readonly noTty: boolean;
  /** The terminal can't move its cursor (`TERM=dumb`, or none named). */
  readonly dumb: boolean;
}

/** What was asked for comes first; then what the output can show. */
export const chooseView = ({ tty, json, quiet, github, ci, noTty, dumb }: Circumstances): ViewName => {
  if (json) return 'ndjson';
  if (quiet) return 'quiet';
  if (github) return 'github';
  if (!tty || ci || noTty || dumb) return 'lines';
  return 'task-list';
};

export const createQuiet = (context: ViewContext): View => {
  const model = new RunModel(context);
  const paint = createPaint(context.color);
  return {
    model,
    on(event) {
      model.add(event);
      const isWrong =
        (event.type === 'step.finished' && event.outcome === 'failed') ||
        (event.type === 'step.undone' && event.outcome === 'failed') ||
        (event.type === 'notice' && event.level === 'warning');
      const told = isWrong ? eventText(event, model) : undefined;
      if (told) context.err.write(`${paint[told.tone === 'bad' ? 'bad' : 'warn'](told.word)}: ${told.text}\n`);
    },
    close: async () => {},
  };
};

/** The event with `v`, the version of its shape, as its last key; the journal uses the same name. */
const encodeEvent = (event: RunEvent): string => `${safeJson({ ...event, v: eventVersion })}\n`;

/** JSON in which also the control characters stand escaped that JSON lets through as they are (DEL and C1). */
export const safeJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f]/g,
    (control) => `\\u00${control.charCodeAt(0).toString(16)}`,
  );

export const createNdjson = ({ out }: Pick<ViewContext, 'out'>): View => ({
  on: (event) => void out.write(encodeEvent(event)),
  close: async () => {},
});
