// Opens the view that fits the output, and the ending that every run closes with.
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseAddress } from '../core/address.ts';
import type { RunEvent } from '../core/event.ts';
import type { Clock } from '../engine/ports.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import type { Opened } from '../project/open-workflow.ts';
import type { RunOptions } from '../project/options.ts';
import { stepLogName } from '../store/step-log.ts';
import type { KnownCause } from '../view/known-causes.ts';
import type { StepRecord } from '../view/step-record.ts';
import { summary } from '../view/summary.ts';
import { cleanScreen } from '../view/text.ts';
import { chooseView, type View, type ViewContext } from '../view/view.ts';
import { gather, labCall, screen } from './print.ts';

interface RunViews {
  on(event: RunEvent): void;
  /** Gives the terminal to a question until it is answered; Ctrl-C at one stops the run, and leaves it `unanswered`. */
  ask<T>(question: () => Promise<T>, unanswered: T): Promise<T>;
  close(): Promise<void>;
}

interface Shown {
  readonly clock: Pick<Clock, 'now'>;
  readonly past: readonly RunEvent[];
  /** The folder of the run's logs. */
  readonly logs: string;
  /** Failures the project knows of its own. */
  readonly causes: readonly KnownCause[];
  /** The workflow that built what is deployed, for a run that only looks at it. */
  readonly builtBy: string | undefined;
  /** Ctrl-C while something is asked. */
  onInterrupt(): void;
}

export const openViews = async (
  { options, preamble }: { readonly options: RunOptions; readonly preamble: readonly string[] },
  opened: Opened,
  { clock, past, logs, causes, builtBy, onInterrupt }: Shown,
): Promise<RunViews> => {
  const { color, columns } = screen();
  const { stdout, stderr, env } = process;
  const name = chooseView({
    tty: stdout.isTTY === true,
    json: options.json === true,
    quiet: options.quiet === true,
    github: env['GITHUB_ACTIONS'] === 'true',
    ci: !['', 'false', '0'].includes(env['CI'] ?? ''),
    noTty: options.tty === false,
    dumb: env['TERM'] === 'dumb' || env['TERM'] === undefined,
  });
  const place = placeOf(opened);
  const jobSummary = env['GITHUB_STEP_SUMMARY'];
  // Between questions and answers on a terminal every line has its place; elsewhere those of one turn are written at once.
  const gathered = stdout.isTTY === true ? undefined : gather(stdout);
  const settings: ViewContext = {
    ...{ out: gathered ?? stdout, err: stderr, now: () => clock.now(), color, past, place, causes },
    unicode: /utf-?8/i.test(env['LC_ALL'] ?? env['LC_CTYPE'] ?? env['LANG'] ?? 'utf-8'),
    ...(jobSummary !== undefined && { jobSummary }),
  };
  if (name !== 'ndjson' && name !== 'quiet') for (const line of preamble) stdout.write(`${line}\n`);
  const view = await createView(name, settings);
  const anew = (): void => view.anew?.();
  process.on('SIGCONT', anew);
  // One question after the other, each with the terminal to itself.
  let asking: Promise<unknown> = Promise.resolve();
  return {
    ask(question, unanswered) {
      const answer = asking.then(async () => {
        view.pause?.();
        try {
          return await question();
        } catch (error) {
          if (!(error instanceof CliError) || error.code !== exitCode.signal('SIGINT')) throw error;
          onInterrupt();
          return unanswered;
        } finally {
          view.resume?.();
        }
      });
      asking = answer.catch(() => {});
      return answer;
    },
    on: (event) => view.on(event),
    async close() {
      process.off('SIGCONT', anew);
      await view.close();
      gathered?.flush();
      if (!view.model) return;
      const shownLogs = relative(process.cwd(), logs);
      const logPath = ({ planned, attempt, attempts }: StepRecord): string | undefined => {
        const log = join(logs, stepLogName({ address: planned.address, attempt: attempt || attempts }));
        return existsSync(log) ? relative(process.cwd(), log) : undefined;
      };
      const heals = builtBy === undefined ? {} : { heals: ['run', builtBy] };
      const ending = { program: labCall(options), logs: shownLogs, place, logPath, causes, ...heals };
      stdout.write(cleanScreen(summary(view.model, { color, columns, now: clock.now(), ...ending })));
    },
  };
};

/** Where a step is written: `file:line:column`. */
const placeOf =
  ({ positions, project }: Opened) =>
  (address: string): string | undefined => {
    const position = positions.of(parseAddress(address).step);
    return position && `${relative(project.dir, position.file) || position.file}:${position.line}:${position.column}`;
  };

const createView = async (name: ReturnType<typeof chooseView>, settings: ViewContext): Promise<View> => {
  switch (name) {
    case 'ndjson':
      return (await import('../view/view.ts')).createNdjson(settings);
    case 'quiet':
      return (await import('../view/view.ts')).createQuiet(settings);
    case 'github':
      return (await import('../view/github.ts')).createGithub(settings);
    case 'lines':
      return (await import('../view/lines.ts')).createLines(settings);
    default:
      return (await import('../view/task-list.ts')).createTaskList(settings);
  }
};
