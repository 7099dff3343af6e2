// `lab replay FILE`: the screens of a run again, from a bundle or from a journal. Needs no project and no state; writes nothing.
import { readFileSync, statSync } from 'node:fs';
import type { RunEvent } from '../../core/event.ts';
import { readEvent } from '../../core/event-schema.ts';
import { foldRun } from '../../core/run-state.ts';
import { journalIn, maximumBytes } from '../../pages/bundle.ts';
import { CliError, exitCode } from '../../project/exit-code.ts';
import type { OutputOptions } from '../../project/options.ts';
import { screen } from '../../session/print.ts';
import { createLines } from '../../view/lines.ts';
import { RunModel } from '../../view/run-model.ts';
import { summary } from '../../view/summary.ts';
import { cleanScreen, oneLine } from '../../view/text.ts';
import { createNdjson, createQuiet, type View, type ViewContext } from '../../view/view.ts';

export const replayCommand = async (file: string, options: OutputOptions): Promise<number> => {
  const events = eventsIn(file);
  let now = events[0]?.at ?? 0;
  const { color, columns } = screen();
  const view = await createView(options, { out: process.stdout, err: process.stderr, now: () => now, color });
  const model = new RunModel();
  for (const event of events) {
    now = event.at;
    model.add(event);
    view.on(event);
  }
  await view.close();
  if (options.json !== true) process.stdout.write(cleanScreen(summary(model, { color, columns, now, resume: [] })));
  return foldRun(events).end?.outcome === 'succeeded' ? exitCode.ok : exitCode.stepFailed;
};

const createView = async (options: OutputOptions, context: ViewContext): Promise<View> => {
  if (options.json === true) return createNdjson(context);
  if (options.quiet === true) return createQuiet(context);
  const drawn = process.stdout.isTTY === true && options.tty !== false && process.env['TERM'] !== 'dumb';
  return drawn ? (await import('../../view/task-list.ts')).createTaskList(context) : createLines(context);
};

/** @throws CliError 2 for what is no bundle and no journal. */
const eventsIn = (file: string): readonly RunEvent[] => {
  const events = textOf(file)
    .split('\n')
    .flatMap((line, index, lines) => {
      if (line === '') return [];
      const read = readEvent(parsed(line));
      if ('event' in read) return [read.event];
      if (index === lines.length - 1 && lines.length > 1) return []; // cut off by a crash, as the journal's reader allows too
      throw new CliError(exitCode.usage, oneLine(`${file}: line ${index + 1} is no event of a run (${read.mistake}).`));
    });
  if (events.length > 0) return events;
  throw new CliError(
    exitCode.usage,
    `${file}: there is no event in it.\nBundles are written by: npx lab report --bundle`,
  );
};

/** A bundle by its first bytes, whatever its name is; else a journal. */
const textOf = (file: string): string => {
  try {
    if (statSync(file).size > maximumBytes) throw new Error(`it is larger than ${maximumBytes} bytes, as no bundle is`);
    const bytes = readFileSync(file);
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? (journalIn(bytes) ?? '') : bytes.toString('utf8');
  } catch (error) {
    const { message } = error as Error;
    throw new CliError(exitCode.usage, `${file} can't be read: ${message.split('\n')[0]}`, error);
  }
};

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // told with its line
  }
};
