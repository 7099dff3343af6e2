// `lab logs [RUN] [STEP]`: what a step printed; without a step, which logs there are. -f follows.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAddress } from '../../core/address.ts';
import { nearest } from '../../parse/nearest.ts';
import { runFolder } from '../../store/runs.ts';
import type { StateData } from '../../store/state.ts';
import { follow, readTail, stepLogName } from '../../store/step-log.ts';
import { cleanText } from '../../view/text.ts';
import { lookAtState, openContext } from '../context.ts';
import { CliError, exitCode } from '../exit-code.ts';
import { entryOf } from '../find-run.ts';
import type { CommonOptions } from '../options.ts';
import { print } from '../print.ts';

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
  const { run, step } = await meaning(context.stateDir, state, first, second);
  const logs = runFolder(context.stateDir, run).logs;
  const names = await logNames(logs);
  if (step === undefined) {
    print(
      names.length === 0
        ? `Run ${run} has no logs: none of its steps printed anything.`
        : [`Logs of run ${run}:`, ...names.map((name) => `  ${name}`), 'To read one: npx lab logs STEP'].join('\n'),
    );
    return exitCode.ok;
  }
  const name = logOf(names, step);
  if (name === undefined) throw new CliError(exitCode.usage, noLog(run, step, names));
  return show(join(logs, name), options);
};

const logNames = async (logs: string): Promise<readonly string[]> => {
  const names = await readdir(logs).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => name.endsWith('.log')).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
};

/** The log of the last attempt. */
const logOf = (names: readonly string[], step: string): string | undefined => {
  const base = stepLogName({ address: step, attempt: 0 }).slice(0, -'.0.log'.length);
  return names.filter((name) => name.replace(/\.\d+\.log$/, '') === base || name === step).at(-1);
};

const noLog = (run: string, step: string, names: readonly string[]): string => {
  const near = nearest(
    parseAddress(step).step,
    names.map((name) => name.replace(/[@.].*$/, '')),
  );
  return `Step ${step} printed nothing in run ${run}.${near === undefined ? '' : ` Did you mean ${near}?`}\n\`npx lab logs ${run}\` lists its logs.`;
};

/** One word may be a run or a step: a run when one is found by it. */
const meaning = async (
  stateDir: string,
  state: StateData,
  first: string | undefined,
  second: string | undefined,
): Promise<{ run: string; step?: string }> => {
  if (first !== undefined && second !== undefined)
    return { run: (await entryOf(stateDir, state, first)).id, step: second };
  const last = state.runs.at(-1);
  if (!last) throw new CliError(exitCode.usage, 'There are no runs yet.');
  if (first === undefined) return { run: last.id };
  const matching = first === 'last' || state.runs.some((run) => run.id.startsWith(first) && /^\d{4}/.test(first));
  return matching ? { run: (await entryOf(stateDir, state, first)).id } : { run: last.id, step: first };
};

const show = async (file: string, options: LogsOptions): Promise<number> => {
  const lines = options.lines === undefined ? Number.POSITIVE_INFINITY : Number(options.lines);
  if (Number.isNaN(lines)) throw new CliError(exitCode.usage, `--lines ${options.lines}: expected a number.`);
  const color = process.stdout.isTTY === true;
  const out = (line: string): void => print(color ? cleanText(line) : line);
  if (options.follow !== true) {
    for (const line of await readTail(file, lines)) out(line);
    return exitCode.ok;
  }
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  for await (const line of follow(file, stop.signal)) out(line);
  return exitCode.ok;
};
