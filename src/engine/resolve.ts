// Turns a step of the file into the step that is run: expressions replaced, durations in milliseconds, defaults filled in.

import { parseDuration } from '../core/duration.ts';
import type { Created, UndoRecord } from '../core/event.ts';
import type { Scope } from '../core/expression.ts';
import { noRetry, type RetryPolicy } from '../core/retry.ts';
import { evaluate, resolveText, resolveValue, templateParts, textOf } from '../core/template.ts';
import type { ProbeSpec, StepSpec } from '../core/workflow.ts';
import type { Engine } from './engine.ts';
import { quoteCommand } from './quote.ts';
import type { ResolvedAction, ResolvedProbe, ResolvedStep, Surroundings } from './resolved.ts';

export class ResolutionError extends Error {}

/** @throws ExpressionError, ResolutionError when a value does not fit. */
export const resolveStep = (spec: StepSpec, engine: Engine, scope: Scope): ResolvedStep => {
  const surroundings = surroundingsOf(spec, engine, scope);
  const action = actionOf(spec, surroundings, engine, scope);
  const timeoutMs = duration(spec.timeout, scope);
  const undo = undoOf(spec, action, scope);
  return {
    spec,
    name: spec.name === undefined ? spec.id : textOf(resolveText(spec.name, scope)),
    ...(action && { action }),
    preconditions: (spec.preconditions ?? []).map((probe) => resolveProbe(probe, scope)),
    health: (spec.health ?? []).map((probe) => resolveProbe(probe, scope)),
    ...satisfiedOf(spec, scope),
    surroundings,
    ...(timeoutMs !== undefined && { timeoutMs }),
    graceMs: duration(spec.grace, scope) ?? 5000,
    retry: retryOf(spec.retry, scope),
    continueOnError: resolveFlag(spec.continueOnError, scope),
    creates: [
      ...declaredCreates(spec, scope),
      ...((action?.kind === 'uses' && action.type.creates?.(action.input)) || []),
    ],
    ...(undo && { undo }),
    files: [...filesOf(spec, scope), ...((action?.kind === 'uses' && action.type.files?.(action.input)) || [])],
    command: commandOf(action),
  };
};

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

const surroundingsOf = (spec: StepSpec, engine: Engine, scope: Scope): Surroundings => {
  const env = Object.entries(spec.env ?? {}).map(([name, value]) => [name, textOf(resolveValue(value, scope))]);
  const cwd = spec.cwd === undefined ? '' : textOf(resolveText(spec.cwd, scope));
  const on = spec.on === undefined ? undefined : textOf(resolveText(spec.on, scope));
  return {
    env: { ...engine.env, ...Object.fromEntries(env) },
    cwd: cwd === '' ? engine.projectDir : cwd.startsWith('/') ? cwd : `${engine.projectDir}/${cwd}`,
    ...(on !== undefined && { on }),
  };
};

type ActionSpec = Pick<StepSpec, 'run' | 'shell' | 'uses' | 'with' | 'stdin'>;

const actionOf = (spec: ActionSpec, around: Surroundings, engine: Engine, scope: Scope): ResolvedAction | undefined => {
  const stdin = spec.stdin === undefined ? {} : { stdin: textOf(resolveText(spec.stdin, scope)) };
  if (spec.run !== undefined) return { kind: 'run', argv: argvOf(spec.run, scope), ...stdin, ...around };
  if (spec.shell !== undefined) {
    const { script, values } = shellOf(spec.shell, scope);
    return { kind: 'shell', script, ...stdin, ...around, env: { ...around.env, ...values } };
  }
  if (spec.uses === undefined) return undefined;
  const type = engine.registry.steps.get(spec.uses);
  if (!type) throw new ResolutionError(`there is no step type ${spec.uses}`);
  const parsed = type.input.safeParse(resolveValue(spec.with ?? {}, scope));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ResolutionError(
      `with.${issue?.path.join('.') ?? ''} of ${spec.uses}: ${issue?.message ?? 'does not fit'}`,
    );
  }
  return { kind: 'uses', type, input: parsed.data, ...around };
};

const argvOf = (run: NonNullable<StepSpec['run']>, scope: Scope): readonly string[] => {
  const list = resolveValue(run, scope);
  if (!Array.isArray(list) || list.length === 0) throw new ResolutionError('run needs a list of at least one argument');
  // An expression that yields a list stands for that many arguments.
  return list.flatMap((each) => (Array.isArray(each) ? each.map(textOf) : [textOf(each)]));
};

/** Expressions in a script become references to environment variables: a value is never read as shell text. */
const shellOf = (script: string, scope: Scope): { script: string; values: Record<string, string> } => {
  const values: Record<string, string> = {};
  const text = templateParts(script).map((part) => {
    if (part.kind === 'text') return part.text;
    const name = `LAB_VALUE_${Object.keys(values).length + 1}`;
    values[name] = textOf(evaluate(part.source, scope));
    return `\${${name}}`;
  });
  return { script: text.join(''), values };
};

const undoOf = (spec: StepSpec, action: ResolvedAction | undefined, scope: Scope): UndoRecord | undefined => {
  if (spec.undo) {
    const { timeout, absent, env, ...rest } = spec.undo;
    const around = { on: spec.on, cwd: spec.cwd, env: { ...spec.env, ...env } };
    const timeoutMs = duration(timeout, scope);
    // A shell script keeps its expressions as variables, so it is resolved to script and values here and now.
    const shell = rest.shell === undefined ? {} : shellOf(rest.shell, scope);
    const resolved = resolveValue({ ...around, ...rest, shell: undefined }, scope) as Record<string, unknown>;
    const { script, values } = shell as { script?: string; values?: Record<string, string> };
    const withShell =
      script === undefined
        ? resolved
        : { ...resolved, shell: script, env: { ...(resolved['env'] as object), ...values } };
    return {
      action: Object.fromEntries(Object.entries(withShell).filter(([, value]) => value !== undefined)),
      absent: (absent ?? []).map((probe) => resolveProbe(probe, scope)),
      ...(timeoutMs !== undefined && { timeoutMs }),
    };
  }
  if (action?.kind !== 'uses' || !action.type.undo) return undefined;
  return {
    action: {
      undoOf: spec.uses,
      with: resolveValue(spec.with ?? {}, scope),
      ...(action.on !== undefined && { on: action.on }),
    },
    absent: [],
  };
};

const satisfiedOf = (spec: StepSpec, scope: Scope): Pick<ResolvedStep, 'satisfied'> => {
  if (spec.satisfied === undefined) return {};
  if (typeof spec.satisfied === 'string') return { satisfied: spec.satisfied };
  return { satisfied: spec.satisfied.map((probe) => resolveProbe(probe, scope)) };
};

const retryOf = (retry: StepSpec['retry'], scope: Scope): RetryPolicy => {
  if (!retry) return noRetry;
  const number = (value: unknown, otherwise: number): number =>
    value === undefined ? otherwise : Number(resolveValue(value, scope));
  return {
    attempts: number(retry.attempts, 1),
    delayMs: duration(retry.delay, scope) ?? 1000,
    backoff: number(retry.backoff, 1),
    maxDelayMs: duration(retry.maxDelay, scope) ?? Number.POSITIVE_INFINITY,
    jitter: number(retry.jitter, 0),
    withinMs: duration(retry.within, scope) ?? Number.POSITIVE_INFINITY,
  };
};

const resolveFlag = (flag: StepSpec['continueOnError'], scope: Scope): boolean =>
  (typeof flag === 'string' ? resolveText(flag, scope) : flag) === true;

const declaredCreates = (spec: StepSpec, scope: Scope): readonly Created[] =>
  resolveValue(spec.creates ?? [], scope) as readonly Created[];

const filesOf = (spec: StepSpec, scope: Scope): readonly string[] =>
  (resolveValue(spec.files ?? [], scope) as unknown[]).map(textOf);

const duration = (text: string | undefined, scope: Scope): number | undefined => {
  if (text === undefined) return undefined;
  const value = textOf(resolveText(text, scope));
  const ms = parseDuration(value);
  if (ms === undefined) throw new ResolutionError(`"${value}" is no duration; write 500ms, 30s, 15m or 1h30m`);
  return ms;
};

const commandOf = (action: ResolvedAction | undefined): string => {
  if (!action) return '';
  if (action.kind === 'run') return quoteCommand(action.argv);
  if (action.kind === 'shell') return action.script.trim();
  return action.type.describe?.(action.input) ?? action.type.name;
};
