// One attempt at an action: spawned in its surroundings, logged, bounded by its timeout; ends as outputs or as a failure.
import { basename } from 'node:path';
import type { ProcessIdentity } from '../../core/event.ts';
import { ExpressionError, type Scope } from '../../core/expression.ts';
import { type Failure, messageOf } from '../../core/failure.ts';
import { readings, wholeText } from '../../core/printed.ts';
import { quoteCommand } from '../../core/quote.ts';
import { bounded } from '../bounded.ts';
import { type Engine, internalFailure, isStoreError, tell } from '../engine.ts';
import type { CommandResult } from '../ports.ts';
import { declaredOutputs } from '../prove/outputs.ts';
import {
  actionTag,
  type ContextSettings,
  commandSettings,
  createContext,
  enterCommand,
  tailOf,
} from '../step/context.ts';
import { type OutputLog, openOutputLog } from '../step/output-log.ts';
import type { ResolvedAction, ResolvedStep } from '../step/resolved.ts';
import { StepError } from '../step-type.ts';

type Values = Readonly<Record<string, unknown>>;

export type AttemptResult = Ended & {
  /** The processes it started, the newest last. */
  readonly processes: readonly ProcessIdentity[];
  /** Path of the log, relative to the run's folder; none without output. */
  readonly log?: string;
};

type Ended = {
  /** What `retry.when` may read. */
  readonly values: Values;
} & ({ readonly ok: true; readonly outputs: Values } | { readonly ok: false; readonly failure: Failure });

export interface AttemptRequest {
  readonly address: string;
  readonly attempt: number;
  readonly resolved: ResolvedStep;
  readonly action: ResolvedAction;
  readonly scope: Scope;
}

/** What is noted while it is under way. */
interface Watch {
  readonly output: OutputLog;
  readonly processes: ProcessIdentity[];
}

/** @throws StoreError when its output could not be kept; everything else is a value. */
export const act = async (engine: Engine, request: AttemptRequest): Promise<AttemptResult> => {
  const output = openOutputLog(engine, request);
  const processes: ProcessIdentity[] = [];
  const result = await guarded(engine, request, { output, processes }).catch(async (error: unknown) => {
    await output.close();
    throw error;
  });
  const path = await output.close();
  return { ...result, processes, ...(path !== undefined && { log: `logs/${basename(path)}` }) };
};

/** A step type that throws what it should not loses its attempt, not the run. */
const guarded = async (engine: Engine, request: AttemptRequest, watch: Watch): Promise<Ended> => {
  try {
    return await perform(engine, request, watch);
  } catch (error) {
    if (isStoreError(error)) throw error;
    const values = { exitCode: -1, message: messageOf(error) };
    if (!(error instanceof ExpressionError))
      return { ok: false, failure: internalFailure(error, engine.masker), values };
    const { source } = error;
    const message = engine.masker.text(error.message);
    return { ok: false, failure: { kind: 'expression', where: request.address, source, message }, values };
  }
};

const perform = (engine: Engine, request: AttemptRequest, { output, processes }: Watch): Promise<Ended> => {
  const { action, address, attempt, resolved } = request;
  const { timeoutMs, command } = resolved;
  const settings: ContextSettings = {
    surroundings: action,
    signal: engine.stop.signal,
    freshSince: engine.host.clock.monotonic(),
    graceMs: resolved.graceMs,
    tag: { step: actionTag(engine.run, address), announced: () => processes.length },
    onOutput: output.write,
    leftOutput: output.left,
    onSpawn: (process: ProcessIdentity) => {
      processes.push(process);
      tell(engine, { type: 'step.spawned', address, attempt, process, command });
    },
    onProgress: (saw) =>
      tell(engine, { type: 'step.output', address, stream: 'stdout', text: engine.masker.text(`${saw}\n`) }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
  if (action.kind !== 'uses') return performCommand(engine, { ...request, action }, settings);
  const limits = { clock: engine.host.clock, signal: settings.signal, timeoutMs };
  return bounded(limits, ({ signal, isLate }) =>
    performType(engine, { ...request, action, isLate }, { ...settings, signal }),
  );
};

type CommandRequest = AttemptRequest & { readonly action: Exclude<ResolvedAction, { kind: 'uses' }> };

const performCommand = async (engine: Engine, request: CommandRequest, settings: ContextSettings): Promise<Ended> => {
  const { action } = request;
  const { keepBytes } = request.resolved;
  const options = {
    ...commandSettings(settings, { ...(keepBytes !== undefined && { keepBytes }) }),
    ...(action.stdin !== undefined && { stdin: action.stdin }),
  };
  if (action.kind === 'shell' && action.on === undefined) {
    const result = await engine.host.script(action.script, options);
    return conclude(engine, request, { typed: action.script.trim(), result });
  }
  const own = action.kind === 'run' ? action.argv : ['bash', '-o', 'pipefail', '-euc', action.script];
  try {
    const prefix = action.on === undefined ? [] : await enterCommand(engine, action.on, settings);
    const argv = [...prefix, ...own];
    const result = await engine.host.command({ argv, ...options });
    return conclude(engine, request, { typed: quoteCommand(argv), result });
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const message = engine.masker.text(error.message);
    const command = engine.masker.text(quoteCommand(own));
    return {
      ok: false,
      failure: { kind: 'spawn', command, code: 'PLACE', message },
      values: { exitCode: -1, message },
    };
  }
};

type TypeRequest = AttemptRequest & {
  readonly action: Extract<ResolvedAction, { kind: 'uses' }>;
  readonly isLate: () => boolean;
};

const performType = async (engine: Engine, request: TypeRequest, settings: ContextSettings): Promise<Ended> => {
  const { action, resolved, scope } = request;
  try {
    const result = (await action.type.run(action.input, createContext(engine, settings))) ?? {};
    const values = { exitCode: 0, message: '' };
    const declared = declaredOutputs(resolved, { ...scope, result });
    if ('failure' in declared) return { ok: false, failure: declared.failure, values };
    return { ok: true, outputs: { ...result, ...declared.outputs }, values };
  } catch (error) {
    const exitCode = error instanceof StepError ? (error.exitCode ?? 1) : -1;
    return {
      ok: false,
      failure: failureOfType(engine, request, error),
      values: { exitCode, message: messageOf(error) },
    };
  }
};

/** Why the run of a step type ended; whatever it says when it was told to end, that is the reason. @throws the error itself when nobody expected it */
const failureOfType = (engine: Engine, { action, resolved, isLate }: TypeRequest, error: unknown): Failure => {
  const { text } = engine.masker;
  const tail = error instanceof StepError ? error.tail.map(text) : [];
  if (engine.stop.signal.aborted) return cancelled(engine);
  if (isLate()) return { kind: 'timeout', afterMs: resolved.timeoutMs ?? 0, command: resolved.command, tail };
  if (!(error instanceof StepError)) throw error;
  const command = error.command === undefined ? {} : { command: text(error.command) };
  return { kind: 'step-type', uses: action.type.name, message: text(error.message), tail, ...command };
};

const cancelled = (engine: Engine): Failure => ({ kind: 'cancelled', signal: engine.stop.reason ?? 'SIGTERM' });

const conclude = (
  engine: Engine,
  { resolved, scope }: AttemptRequest,
  { typed, result }: { readonly typed: string; readonly result: CommandResult },
): Ended => {
  const stdout = wholeText(result, 'stdout', resolved.keepBytes);
  const stderr = wholeText(result, 'stderr', resolved.keepBytes);
  const tail = tailOf(result).map(engine.masker.text);
  const exitCode = result.exitCode ?? -1;
  const values = { exitCode, stdout, stderr, message: tail.join('\n') };
  const failure = failureOf(engine, result, {
    command: engine.masker.text(typed),
    tail,
    afterMs: resolved.timeoutMs ?? 0,
  });
  if (failure) return { ok: false, failure, values };
  const declared = declaredOutputs(resolved, { ...scope, ...values, ...readings(stdout) });
  return 'failure' in declared
    ? { ok: false, failure: declared.failure, values }
    : { ok: true, outputs: declared.outputs, values };
};

const failureOf = (
  engine: Engine,
  { ended, error, exitCode, signal }: CommandResult,
  { command, tail, afterMs }: { readonly command: string; readonly tail: readonly string[]; readonly afterMs: number },
): Failure | undefined => {
  if (ended === 'cancelled') return cancelled(engine);
  if (ended === 'timeout') return { kind: 'timeout', afterMs, command, tail };
  if (ended === 'spawn-failed')
    return { kind: 'spawn', command, code: error?.code ?? 'UNKNOWN', message: error?.message ?? '' };
  if (signal !== null) return { kind: 'signal', signal, command, tail };
  return exitCode === 0 ? undefined : { kind: 'exit', exitCode: exitCode ?? -1, command, tail };
};
