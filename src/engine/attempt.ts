// One attempt at an action: spawned in its surroundings, logged, bounded by its timeout; ends as outputs or as a failure.
import type { ProcessIdentity } from '../core/event.ts';
import type { Scope } from '../core/expression.ts';
import { ExpressionError } from '../core/expression.ts';
import type { Failure } from '../core/failure.ts';
import { evaluate } from '../core/template.ts';
import { type ContextSettings, commandSettings, createContext, enterCommand, tailOf } from './context.ts';
import type { Engine } from './engine.ts';
import type { CommandResult, StepLog } from './ports.ts';
import { quoteCommand } from './quote.ts';
import type { ResolvedAction, ResolvedStep } from './resolved.ts';
import { StepError } from './step-type.ts';
import { tell } from './tell.ts';

export type AttemptResult =
  | { readonly ok: true; readonly outputs: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly failure: Failure; readonly values: Readonly<Record<string, unknown>> };

export interface AttemptRequest {
  readonly address: string;
  readonly attempt: number;
  readonly resolved: ResolvedStep;
  readonly action: ResolvedAction;
  readonly scope: Scope;
}

export const act = async (engine: Engine, request: AttemptRequest): Promise<AttemptResult> => {
  const output = openOutput(engine, request);
  try {
    return await perform(engine, request, output.write);
  } finally {
    await output.close();
  }
};

const perform = async (
  engine: Engine,
  request: AttemptRequest,
  onOutput: ContextSettings['onOutput'],
): Promise<AttemptResult> => {
  const { action, address, attempt, resolved } = request;
  let announced = 0;
  const spawned = (process: ProcessIdentity): void => {
    announced += 1;
    tell(engine, { type: 'step.spawned', address, attempt, process, command: resolved.command });
  };
  const timeout = resolved.timeoutMs === undefined ? undefined : AbortSignal.timeout(resolved.timeoutMs);
  const settings: ContextSettings = {
    surroundings: action,
    signal: engine.stop.signal,
    freshSince: engine.host.clock.monotonic(),
    graceMs: resolved.graceMs,
    tag: { step: `${engine.run}/${address}`, announced: () => announced },
    ...(onOutput && { onOutput }),
    onSpawn: spawned,
    onProgress: (saw) => tell(engine, { type: 'step.output', address, stream: 'stdout', text: `${saw}\n` }),
    ...(resolved.timeoutMs !== undefined && { timeoutMs: resolved.timeoutMs }),
  };
  if (action.kind === 'uses')
    return performType(
      engine,
      { ...request, action },
      timeout ? { ...settings, signal: AbortSignal.any([settings.signal, timeout]) } : settings,
    );
  const { argv, result } = await performCommand(engine, action, settings);
  return conclude(engine, request, argv, result);
};

const performCommand = async (
  engine: Engine,
  action: Exclude<ResolvedAction, { kind: 'uses' }>,
  settings: ContextSettings,
): Promise<{ argv: string; result: CommandResult }> => {
  const options = { ...commandSettings(settings), ...(action.stdin !== undefined && { stdin: action.stdin }) };
  if (action.kind === 'shell' && action.on === undefined)
    return { argv: action.script.trim(), result: await engine.host.script(action.script, options) };
  const prefix = action.on === undefined ? [] : await enterCommand(engine, action.on, settings);
  const own = action.kind === 'run' ? action.argv : ['bash', '-o', 'pipefail', '-euc', action.script];
  const argv = [...prefix, ...own];
  return { argv: quoteCommand(argv), result: await engine.host.command({ argv, ...options }) };
};

const performType = async (
  engine: Engine,
  { action, resolved, scope }: AttemptRequest & { action: Extract<ResolvedAction, { kind: 'uses' }> },
  settings: ContextSettings,
): Promise<AttemptResult> => {
  const uses = action.type.name;
  try {
    const result = (await action.type.run(action.input, createContext(engine, settings))) ?? {};
    const declared = declaredOutputs(resolved, { ...scope, result });
    return 'failure' in declared
      ? { ok: false, failure: declared.failure, values: {} }
      : { ok: true, outputs: { ...result, ...declared.outputs } };
  } catch (error) {
    if (engine.stop.signal.aborted)
      return { ok: false, failure: { kind: 'cancelled', signal: engine.stop.reason ?? 'SIGTERM' }, values: {} };
    if (settings.signal.aborted && resolved.timeoutMs !== undefined) {
      return {
        ok: false,
        failure: { kind: 'timeout', afterMs: resolved.timeoutMs, command: resolved.command, tail: tailOfError(error) },
        values: {},
      };
    }
    if (!(error instanceof StepError)) throw error;
    const message = engine.masker.text(error.message);
    const details = {
      tail: error.tail.map(engine.masker.text),
      ...(error.command !== undefined && { command: engine.masker.text(error.command) }),
    };
    return {
      ok: false,
      failure: { kind: 'step-type', uses, message, ...details },
      values: { exitCode: error.exitCode ?? 1, message: error.message },
    };
  }
};

const tailOfError = (error: unknown): readonly string[] => (error instanceof StepError ? error.tail : []);

const conclude = (
  engine: Engine,
  { resolved, scope }: AttemptRequest,
  typed: string,
  result: CommandResult,
): AttemptResult => {
  const command = engine.masker.text(typed);
  const tail = tailOf(result).map(engine.masker.text);
  const values = {
    exitCode: result.exitCode ?? -1,
    stdout: result.stdout,
    stderr: result.stderr,
    message: tail.join('\n'),
  };
  const failed = (failure: Failure): AttemptResult => ({ ok: false, failure, values });
  switch (result.ended) {
    case 'cancelled':
      return failed({ kind: 'cancelled', signal: engine.stop.reason ?? 'SIGTERM' });
    case 'timeout':
      return failed({ kind: 'timeout', afterMs: resolved.timeoutMs ?? 0, command, tail });
    case 'spawn-failed':
      return failed({
        kind: 'spawn',
        command,
        code: result.error?.code ?? 'UNKNOWN',
        message: result.error?.message ?? '',
      });
    default:
      break;
  }
  if (result.signal !== null) return failed({ kind: 'signal', signal: result.signal, command, tail });
  if (result.exitCode !== 0) return failed({ kind: 'exit', exitCode: result.exitCode ?? -1, command, tail });
  const declared = declaredOutputs(resolved, { ...scope, ...values, ...readings(result.stdout) });
  return 'failure' in declared ? failed(declared.failure) : { ok: true, outputs: declared.outputs };
};

/** What expressions over a command's output may read besides the text itself. */
export const readings = (stdout: string): { readonly lines: readonly string[]; readonly json: unknown } => ({
  lines: stdout.split(/\r?\n/).filter((line) => line !== ''),
  json: parseJson(stdout),
});

const parseJson = (text: string): unknown => {
  const start = text.trimStart()[0];
  if (start === undefined || !'[{"-0123456789tfn'.includes(start)) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null; // Text that is no JSON is an answer too: `json` is null then.
  }
};

const declaredOutputs = (
  { spec }: ResolvedStep,
  scope: Scope,
): { outputs: Record<string, unknown> } | { failure: Failure } => {
  const outputs: Record<string, unknown> = {};
  for (const [name, source] of Object.entries(spec.outputs ?? {})) {
    try {
      outputs[name] = typeof source === 'string' ? evaluate(source, scope) : extract(source, scope);
    } catch (error) {
      if (!(error instanceof ExpressionError || error instanceof StepError)) throw error;
      return { failure: { kind: 'output', name, message: error.message } };
    }
  }
  return { outputs };
};

const extract = (
  { regex, group, of }: { regex: string; group?: string | number | undefined; of?: 'stdout' | 'stderr' | undefined },
  scope: Scope,
): string => {
  const match = new RegExp(regex, 'm').exec(String(scope[of ?? 'stdout'] ?? ''));
  const found = typeof group === 'string' ? match?.groups?.[group] : match?.[group ?? (match.length > 1 ? 1 : 0)];
  if (found === undefined) throw new StepError(`nothing in ${of ?? 'stdout'} matches ${regex}`);
  return found;
};

/** Sends output to the step's log, opened with the first byte, and to views; secrets are taken out on the way. */
const openOutput = (
  engine: Engine,
  { address, attempt }: AttemptRequest,
): { write: NonNullable<ContextSettings['onOutput']>; close(): Promise<void> } => {
  let log: Promise<StepLog> | undefined;
  const channels = { stdout: channel(engine), stderr: channel(engine) };
  const put = async (stream: 'stdout' | 'stderr', text: string): Promise<void> => {
    if (text === '') return;
    log ??= engine.openLog(address, attempt);
    await (await log).write(text);
    await engine.emit({ type: 'step.output', address, stream, text: text.length > 4096 ? text.slice(-4096) : text });
  };
  return {
    write: (stream, chunk) => put(stream, channels[stream].push(chunk)),
    async close() {
      await put('stdout', channels.stdout.flush());
      await put('stderr', channels.stderr.flush());
      await (await log)?.close();
    },
  };
};

const channel = (engine: Engine): { push(chunk: Uint8Array): string; flush(): string } => {
  const decoder = new TextDecoder();
  const masked = engine.masker.stream();
  return {
    push: (chunk) => masked.push(decoder.decode(chunk, { stream: true })),
    flush: () => masked.push(decoder.decode()) + masked.flush(),
  };
};
