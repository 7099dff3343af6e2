// `lab status`: what is deployed, since when, and which of its steps hold now, once or again and again. Writes nothing.
import { exitCode } from '../../project/exit-code.ts';
import type { CommonOptions, OutputOptions } from '../../project/options.ts';
import { openContext } from '../../session/context.ts';
import { asCalled, print, printJson, screen } from '../../session/print.ts';
import { lookAtStatus, type Status, statusText, withTurns } from '../../session/status.ts';
import { localTime } from '../../view/moment.ts';
import { Screen } from '../../view/screen.ts';
import { truncate } from '../../view/text.ts';

export interface StatusOptions extends CommonOptions, OutputOptions {
  readonly watch?: boolean;
}

/** Between two looks of `--watch`. */
const pauseMs = 2000;

export const statusCommand = async (options: StatusOptions): Promise<number> => {
  const context = await openContext(options);
  const { clock } = context.host;
  const text = (status: Status): string => asCalled(statusText(status, { now: clock.now(), ...screen() }), options);
  if (options.watch !== true) {
    const status = await lookAtStatus(context);
    if (options.json === true) printJson(status);
    else print(text(status));
    if (status.problem !== null) return exitCode.file;
    return status.steps.every((step) => step.holds) ? exitCode.ok : exitCode.stepFailed;
  }
  const show = options.json === true ? undefined : display();
  for (let before: Status | undefined; ; ) {
    const status = withTurns(before, await lookAtStatus(context), clock.now());
    if (show) show(`${text(status)}\nlooked at ${localTime(clock.now())}; Ctrl-C ends this`);
    else print(JSON.stringify(status));
    before = status;
    await clock.sleep(pauseMs);
  }
};

/** In place on a terminal, never more than fits; one after the other elsewhere. */
const display = (): ((text: string) => void) => {
  if (process.stdout.isTTY !== true || process.env['TERM'] === 'dumb') return print;
  const board = new Screen(process.stdout);
  return (text) => {
    const { columns, rows } = board.measure();
    board.draw(fitting(text.split('\n'), rows - 1).map((line) => truncate(line, columns - 1)));
  };
};

/** The last line says when this was seen and stays; what does not fit above it is counted. */
const fitting = (lines: readonly string[], rows: number): readonly string[] => {
  if (lines.length <= rows) return lines;
  const shown = lines.slice(0, Math.max(0, rows - 2));
  return [...shown, `… ${lines.length - 1 - shown.length} more lines`, ...lines.slice(-1)].slice(-rows);
};
