// Turns a step of the file into the step that is run: expressions replaced, durations in milliseconds, defaults filled in.
import type { Created, UndoRecord } from '../../core/event.ts';
import { compile, partOf, type Scope } from '../../core/expression.ts';
import { parseDuration, parseSize } from '../../core/quantity.ts';
import { quoteCommand } from '../../core/quote.ts';
import { noRetry, type RetryPolicy } from '../../core/retry.ts';
import { ShellTextError, shellText } from '../../core/shell-text.ts';
import { asBoolean, evaluate, resolveText, resolveValue, textOf } from '../../core/template.ts';
import type { ProbeSpec, StepSpec } from '../../core/workflow.ts';
import { type Engine, inProject } from '../engine.ts';
import type { ResolvedAction, ResolvedProbe, ResolvedStep, Surroundings } from './resolved.ts';

export class ResolutionError extends Error {}

/** @throws ExpressionError, ResolutionError when a value does not fit. */
export const resolveStep = (spec: StepSpec, engine: Engine, scope: Scope): ResolvedStep => {
  // A step with no variables of its own shares those of all: a copy for each would be most of what ten thousand steps take.
  const own = spec.env && variablesOf(spec.env, scope);
  const variables = own ? { ...engine.variables, ...own } : (engine.variables ?? none);
  const surroundings = { env: own ? { ...engine.env, ...own } : engine.env, ...placeOf(spec, engine, scope) };
  const action = actionOf(spec, surroundings, engine, scope);
  const timeoutMs = duration(spec.timeout, scope);
  const undo = undoOf(spec, { ...surroundings, env: variables }, engine, scope);
  return {
    spec,
    name: engine.masker.text(spec.name === undefined ? spec.id : textOf(resolveText(spec.name, scope))),
    ...(action && { action }),
    preconditions: resolveProbes(spec.preconditions, scope),
    health: resolveProbes(spec.health, scope),
    ...satisfiedOf(spec, scope),
    surroundings,
    variables,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(spec.limit !== undefined && { keepBytes: sizeOf(spec.limit, scope) }),
    graceMs: duration(spec.grace, scope) ?? 5000,
    retry: retryOf(spec.retry, scope),
    continueOnError: resolveFlag(spec.continueOnError, scope),
    creates: joined(declaredCreates(spec, scope), action?.kind === 'uses' && action.type.creates?.(action.input)),
    ...(undo && { undo }),
    files: joined(filesOf(spec, scope), action?.kind === 'uses' && action.type.files?.(action.input)),
    command: engine.masker.text(commandOf(action)),
  };
};

const none: Readonly<Record<string, string>> = {};
/** One for all steps that have nothing of the kind: there may be ten thousand. */
const nothing: readonly never[] = [];

const joined = <T>(declared: readonly T[], own: readonly T[] | false | undefined): readonly T[] =>
  own ? [...declared, ...own] : declared;

const resolveProbes = (probes: readonly (ProbeSpec | string)[] | undefined, scope: Scope): readonly ResolvedProbe[] =>
  probes?.map((probe) => resolveProbe(probe, scope)) ?? nothing;

/** @throws ExpressionError */
export const resolveProbe = (probe: ProbeSpec | string, scope: Scope): ResolvedProbe => {
  if (typeof probe === 'string') throw new ResolutionError(`the shared probe ${probe} was not put in`);
  const {
    probe: kind = 'command',
    use: _,
    name,
    expect,
    message,
    within,
    every,
    for: forKey,
    stays,
    timeout,
    on,
    ...input
  } = probe;
  const withinMs = duration(within, scope);
  const everyMs = duration(every, scope);
  return {
    kind,
    ...(name !== undefined && { name: textOf(resolveText(name, scope)) }),
    input: resolveValue(input, scope) as Record<string, unknown>,
    ...(expect !== undefined && { expect }),
    ...(message !== undefined && { message: textOf(resolveText(message, scope)) }),
    ...(withinMs !== undefined && { withinMs }),
    ...(everyMs !== undefined && { everyMs }),
    forMs: duration(forKey, scope) ?? 0,
    staysMs: duration(stays, scope) ?? 0,
    timeoutMs: duration(timeout, scope) ?? 10_000,
    ...(on !== undefined && { on: textOf(resolveText(on, scope)) }),
  };
};

const variablesOf = (env: StepSpec['env'], scope: Scope): Record<string, string> =>
  Object.fromEntries(Object.entries(env ?? {}).map(([name, value]) => [name, textOf(resolveValue(value, scope))]));

const placeOf = (spec: StepSpec, engine: Engine, scope: Scope): Omit<Surroundings, 'env'> => {
  const cwd = spec.cwd === undefined ? engine.cwd : inProject(engine, textOf(resolveText(spec.cwd, scope)));
  const on = spec.on === undefined ? undefined : textOf(resolveText(spec.on, scope));
  return { cwd, ...(on !== undefined && { on }) };
};

type ActionSpec = Pick<StepSpec, 'run' | 'shell' | 'uses' | 'with' | 'stdin'>;

const actionOf = (spec: ActionSpec, around: Surroundings, engine: Engine, scope: Scope): ResolvedAction | undefined => {
  const stdin = spec.stdin === undefined ? {} : { stdin: textOf(resolveText(spec.stdin, scope)) };
  if (spec.run !== undefined) return { kind: 'run', argv: argvOf(spec.run, scope), ...stdin, ...around };
  if (spec.shell !== undefined) {
    const { script, variables, values } = shellOf(spec.shell, scope);
    return { kind: 'shell', script, values, ...stdin, ...around, env: { ...around.env, ...variables } };
  }
  if (spec.uses === undefined) return undefined;
  const type = engine.registry.steps.get(spec.uses);
  if (!type) throw new ResolutionError(`there is no step type ${spec.uses}`);
  const given = resolveValue(spec.with ?? {}, scope);
  const parsed = type.input.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ResolutionError(
      `with.${issue?.path.join('.') ?? ''} of ${spec.uses}: ${issue?.message ?? 'does not fit'}`,
    );
  }
  return { kind: 'uses', type, input: parsed.data, given, ...around };
};

const argvOf = (run: NonNullable<StepSpec['run']>, scope: Scope): readonly string[] => {
  const list = resolveValue(run, scope);
  if (!Array.isArray(list) || list.length === 0) throw new ResolutionError('run needs a list of at least one argument');
  // An expression that yields a list stands for that many arguments.
  return list.flatMap((each) => (Array.isArray(each) ? each.map(textOf) : [textOf(each)]));
};

interface Shell {
  readonly script: string;
  /** For the environment, by name. */
  readonly variables: Readonly<Record<string, string>>;
  /** The same by the expression they come from. */
  readonly values: Readonly<Record<string, string>>;
}

/** Expressions in a script become references to environment variables: a value is never read as shell text. */
const shellOf = (text: string, scope: Scope): Shell => {
  const { script, values } = readShell(text);
  const found = [...values].map(([name, { source, mustBeNumber }]) => {
    const value = textOf(evaluate(source, scope));
    if (mustBeNumber && !/^-?\d+$/.test(value))
      throw new ResolutionError(`${source} stands where bash computes, and "${value}" is no whole number`);
    return { name, source, value };
  });
  return {
    script,
    variables: Object.fromEntries(found.map(({ name, value }) => [name, value])),
    values: Object.fromEntries(found.map(({ source, value }) => [source, value])),
  };
};

const readShell = (text: string): ReturnType<typeof shellText> => {
  try {
    return shellText(text, 'LAB_VALUE_');
  } catch (error) {
    if (!(error instanceof ShellTextError)) throw error;
    throw new ResolutionError(error.message, { cause: error });
  }
};

/** `around.env` is what files of the project set: they may be gone when this is needed, so it is part of the record. */
const undoOf = (spec: StepSpec, around: Surroundings, engine: Engine, scope: Scope): UndoRecord | undefined => {
  const type = spec.uses === undefined ? undefined : engine.registry.steps.get(spec.uses);
  const place = {
    ...(around.on !== undefined && { on: around.on }),
    ...(around.cwd !== engine.projectDir && { cwd: around.cwd }),
  };
  const { env } = around;
  if (!spec.undo) {
    if (!type?.undo) return undefined;
    return { action: { undoOf: spec.uses, with: resolveValue(spec.with ?? {}, scope), ...place, env }, absent: [] };
  }
  const { timeout, absent = [], shell, env: own, ...rest } = spec.undo;
  const timeoutMs = duration(timeout, scope);
  const script = shell === undefined ? undefined : shellOf(shell, scope);
  return {
    action: {
      ...place,
      ...(resolveValue(rest, scope) as Record<string, unknown>),
      ...(script && { shell: script.script }),
      env: { ...env, ...variablesOf(own, scope), ...script?.variables },
    },
    absent: absent.map((probe) => withReads(resolveProbe(probe, scope), scope)),
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
};

/** The step's own values are gone when the record is used: what the expectation reads of them goes with it. */
const withReads = (probe: ResolvedProbe, scope: Scope): ResolvedProbe => {
  const compiled = probe.expect === undefined ? undefined : compile(probe.expect);
  if (!compiled?.ok) return probe;
  const reads = partOf(scope, compiled.expression.references);
  return Object.keys(reads).length === 0 ? probe : { ...probe, reads };
};

const satisfiedOf = (spec: StepSpec, scope: Scope): Pick<ResolvedStep, 'satisfied'> => {
  if (spec.satisfied === undefined) return {};
  if (typeof spec.satisfied === 'string') return { satisfied: spec.satisfied };
  return { satisfied: spec.satisfied.map((probe) => resolveProbe(probe, scope)) };
};

const retryOf = (retry: StepSpec['retry'], scope: Scope): RetryPolicy => {
  if (!retry) return noRetry;
  const number = (key: 'attempts' | 'backoff' | 'jitter', least: number): number => {
    const value = retry[key] === undefined ? least : resolveValue(retry[key], scope);
    if (typeof value === 'number' && value >= least) return value;
    throw new ResolutionError(`retry.${key} is ${textOf(value)}, not a number from ${least}`);
  };
  return {
    attempts: number('attempts', 1),
    delayMs: duration(retry.delay, scope) ?? 1000,
    backoff: number('backoff', 1),
    maxDelayMs: duration(retry.maxDelay, scope) ?? Number.POSITIVE_INFINITY,
    jitter: number('jitter', 0),
    withinMs: duration(retry.within, scope) ?? Number.POSITIVE_INFINITY,
  };
};

/** @throws ExpressionError also when it yields neither true nor false. */
export const resolveFlag = (flag: StepSpec['continueOnError'], scope: Scope): boolean =>
  typeof flag === 'string' ? asBoolean(resolveText(flag, scope), flag) : flag === true;

const declaredCreates = (spec: StepSpec, scope: Scope): readonly Created[] =>
  spec.creates ? (resolveValue(spec.creates, scope) as readonly Created[]) : nothing;

const filesOf = (spec: StepSpec, scope: Scope): readonly string[] =>
  spec.files ? (resolveValue(spec.files, scope) as unknown[]).map(textOf) : nothing;

const duration = (text: string | undefined, scope: Scope): number | undefined => {
  if (text === undefined) return undefined;
  const value = textOf(resolveText(text, scope));
  const ms = parseDuration(value);
  if (ms === undefined) throw new ResolutionError(`"${value}" is no duration; write 500ms, 30s, 15m or 1h30m`);
  return ms;
};

const sizeOf = (text: string, scope: Scope): number => {
  const value = textOf(resolveText(text, scope));
  const bytes = parseSize(value);
  if (bytes === undefined) throw new ResolutionError(`"${value}" is no size; write 512KiB or 16MiB, 256MiB at most`);
  return bytes;
};

const commandOf = (action: ResolvedAction | undefined): string => {
  if (!action) return '';
  if (action.kind === 'run') return quoteCommand(action.argv);
  if (action.kind === 'shell') return action.script.trim();
  return action.type.describe?.(action.input) ?? action.type.name;
};
