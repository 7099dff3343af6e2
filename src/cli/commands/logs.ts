// `lab logs [RUN] [STEP]`: what a step printed; without a step, which logs there are. -f follows.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteCommand } from '../../core/quote.ts';
import { foldRun } from '../../core/run-state.ts';
import { entryOf } from '../../history/find-run.ts';
import { followLogs } from '../../history/follow-logs.ts';
import { eventsOf } from '../../history/past-runs.ts';
import { hintOf } from '../../parse/nearest.ts';
import { CliError, exitCode } from '../../project/exit-code.ts';
import type { CommonOptions } from '../../project/options.ts';
import { type CommandContext, lookAtState, openContext } from '../../session/context.ts';
import { asCalled, print, printBytes, screen } from '../../session/print.ts';
import { readLockHolder } from '../../store/lock.ts';
import { runFolder } from '../../store/runs.ts';
import type { StateData } from '../../store/state.ts';
import { readTail, stepLogName } from '../../store/step-log.ts';
import { localTime } from '../../view/moment.ts';
import { table } from '../../view/table.ts';
import { cleanName, cleanText } from '../../view/text.ts';

export interface LogsOptions extends CommonOptions {
  readonly follow?: boolean;
  readonly lines?: string;
}

export const logsCommand = async (
  first: string | undefined,
  second: string | undefined,
  options: LogsOptions,
): Promise<number> => {
  const context = await openContext(options);
  const state = await lookAtState(context);
  const { step, ...asked } = await meaning(context.stateDir, state, first, second);
  const run = asked.run ?? (await newestWith(context, state, { step: step ?? '', printed: options.follow !== true }));
  if (step !== undefined) await demandStep(context, { run, step });
  if (options.follow === true) return followRun(context, { run, ...(step !== undefined && { step }) }, options);
  const { logs } = runFolder(context.stateDir, run);
  const names = await logNames(logs);
  if (step === undefined) {
    print(
      names.length === 0
        ? `Run ${run} has no logs: none of its steps printed anything.`
        : asCalled(await listOf(logs, { run, names, steps: await stepsOf(context, run) }), options),
    );
    return exitCode.ok;
  }
  const name = logOf(names, step);
  if (name === undefined) {
    print(asCalled(noLog(run, step), options));
    return exitCode.ok;
  }
  if (asked.run === undefined && run !== state.runs.at(-1)?.id) process.stderr.write(`of run ${run}:\n`);
  return show(join(logs, name), options);
};

const logNames = async (logs: string): Promise<readonly string[]> => {
  const names = await readdir(logs).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => name.endsWith('.log')).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
};

const stepsOf = async ({ stateDir }: CommandContext, run: string): Promise<readonly string[]> => [
  ...foldRun(eventsOf(stateDir, { id: run })).planned.keys(),
];

/** Each log with the step that printed it, as a command line names it, its attempt and its size. */
const listOf = async (
  logs: string,
  { run, names, steps }: { run: string; names: readonly string[]; steps: readonly string[] },
): Promise<string> => {
  const addresses = new Map(steps.map((step) => [baseOf(step), step]));
  const rows = await Promise.all(
    names.map(async (name) => {
      const [, base = name, attempt = ''] = /^(.*)\.(\d+)\.log$/.exec(name) ?? [];
      const { size, mtimeMs } = await stat(join(logs, name));
      return [
        addresses.get(base) ?? addressIn(base),
        attempt === '1' ? '' : `attempt ${attempt}`,
        `${size} bytes`,
        `until ${localTime(mtimeMs)}`,
      ];
    }),
  );
  const example = rows[0]?.[0] ?? 'STEP';
  return [
    `Logs of run ${run}, in ${logs}:`,
    ...table(rows, { columns: screen().columns, indent: 2 }),
    `To read one: npx lab logs ${quoteCommand([run, example])}`,
  ].join('\n');
};

/** Of a log's name the address, as far as the name tells it: `leaf@leaf1` is `leaf[leaf1]`. */
const addressIn = (base: string): string => base.replace(/^([^@~]+)@([^@~]+)$/, '$1[$2]');

const baseOf = (step: string): string => stepLogName({ address: step, attempt: 0 }).slice(0, -'.0.log'.length);

/** A step that has printed nothing yet may be followed, one that the run does not have may not. @throws CliError 2 */
const demandStep = async (
  { stateDir }: CommandContext,
  { run, step }: { run: string; step: string },
): Promise<void> => {
  const { planned } = foldRun(eventsOf(stateDir, { id: run }));
  if (planned.has(step) || (await logNames(runFolder(stateDir, run).logs)).includes(step)) return;
  throw new CliError(exitCode.usage, `Run ${run} has no step ${step}. ${hintOf(step, [...planned.keys()])}`);
};

/** The log of the last attempt. */
const logOf = (names: readonly string[], step: string): string | undefined => {
  const base = baseOf(step);
  return names.filter((name) => name.replace(/\.\d+\.log$/, '') === base || name === step).at(-1);
};

const noLog = (run: string, step: string): string =>
  `Step ${step} printed nothing in run ${run}.\n\`npx lab logs ${run}\` lists its logs.`;

/** The newest run in which the step printed, or else the newest that has it. @throws CliError 2 when no run has it */
const newestWith = async (
  context: CommandContext,
  { runs }: StateData,
  { step, printed }: { step: string; printed: boolean },
): Promise<string> => {
  const newestFirst = runs.map(({ id }) => id).reverse();
  if (printed)
    for (const run of newestFirst)
      if (logOf(await logNames(runFolder(context.stateDir, run).logs), step) !== undefined) return run;
  const known = new Set<string>();
  for (const run of newestFirst) {
    const steps = await stepsOf(context, run);
    if (steps.includes(step)) return run;
    for (const each of steps) known.add(each);
  }
  throw new CliError(exitCode.usage, `No run has a step ${step}. ${hintOf(step, [...known])}`);
};

/** One word may be a run or a step: a run when one is found by it. A step alone is looked for in all runs. */
const meaning = async (
  stateDir: string,
  state: StateData,
  first: string | undefined,
  second: string | undefined,
): Promise<{ run?: string; step?: string }> => {
  if (first !== undefined && second !== undefined)
    return { run: (await entryOf(stateDir, state, first)).id, step: second };
  const last = state.runs.at(-1);
  if (!last) throw new CliError(exitCode.usage, 'There are no runs yet.');
  if (first === undefined) return { run: last.id };
  const matching = first === 'last' || state.runs.some((run) => run.id.startsWith(first) && /^\d{4}/.test(first));
  return matching ? { run: (await entryOf(stateDir, state, first)).id } : { step: first };
};

const show = async (file: string, options: LogsOptions): Promise<number> => {
  for (const line of await readTail(file, linesOf(options)))
    printBytes(process.stdout.isTTY === true ? cleanText(line) : line);
  return exitCode.ok;
};

const linesOf = ({ lines }: LogsOptions): number => {
  if (lines === undefined) return Number.POSITIVE_INFINITY;
  if (!/^\d+$/.test(lines)) throw new CliError(exitCode.usage, `--lines ${lines}: expected a number.`);
  return Number(lines);
};

/** All logs of the run, or those of the step's attempts, until the run is over; each line with its step when there are several. */
const followRun = async (
  context: CommandContext,
  { run, step }: { run: string; step?: string },
  options: LogsOptions,
): Promise<number> => {
  const { logs } = runFolder(context.stateDir, run);
  const base = step === undefined ? undefined : baseOf(step);
  const color = process.stdout.isTTY === true;
  await followLogs({
    folder: logs,
    lines: linesOf(options),
    isMeant: (name) => base === undefined || name === step || name.replace(/\.\d+\.log$/, '') === base,
    underWay: () => isUnderWay(context, run),
    out: (name, line) => {
      const text = color ? cleanText(line) : line;
      printBytes(base === undefined ? `${cleanName(addressIn(name.replace(/\.\d+\.log$/, '')))} | ${text}` : text);
    },
    pause: () => context.host.clock.sleep(200),
  });
  return exitCode.ok;
};

const isUnderWay = async (context: CommandContext, run: string): Promise<boolean> => {
  if ((await readLockHolder(context.stateDir)) === undefined) return false;
  const { runs } = await lookAtState(context);
  return runs.some((entry) => entry.id === run && entry.endedAt === undefined);
};
