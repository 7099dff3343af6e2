// One unit from its turn to its outcome: judged, its preconditions awaited, acted, proved, recorded; in that order.
import type { Outcome } from '../core/event.ts';
import type { Scope } from '../core/expression.ts';
import { ExpressionError } from '../core/expression.ts';
import type { Failure } from '../core/failure.ts';
import type { Observation } from '../core/observation.ts';
import { delayAfter } from '../core/retry.ts';
import { evaluate } from '../core/template.ts';
import { adoptUnit } from './adopt.ts';
import { type AttemptResult, act } from './attempt.ts';
import type { Engine } from './engine.ts';
import { type Judgement, judge, type Known } from './judge.ts';
import { proofsOf, question } from './look.ts';
import type { ResolvedAction, ResolvedStep } from './resolved.ts';
import { awaitSurvivor } from './survivor.ts';
import { tell } from './tell.ts';
import type { Unit } from './unit.ts';
import { type WaitResult, waitUntil } from './wait.ts';

export interface Turn {
  readonly unit: Unit;
  readonly known: Known | undefined;
  readonly scope: Scope;
  /** Why it must run whatever the world looks like. */
  readonly redo?: string | undefined;
  /** A person's word that it holds, instead of proof. */
  readonly assume?: string | undefined;
  /** Only look, and take over what is there. */
  readonly adopt?: boolean;
  /** What the pass over all known steps found, unless something below it has changed since. */
  readonly judged?: Judgement | undefined;
  readonly rank: number;
}

export interface Finish {
  readonly outcome: Outcome;
  readonly outputs: Readonly<Record<string, unknown>>;
}

interface Ending {
  readonly outcome: Outcome;
  readonly reason?: string | undefined;
  readonly outputs?: Readonly<Record<string, unknown>> | undefined;
  readonly evidence?: readonly Observation[];
  readonly failure?: Failure;
  readonly attempts?: number;
  readonly acted?: boolean;
  /** It is there without having been made by this run. */
  readonly found?: boolean;
}

export const runUnit = async (engine: Engine, turn: Turn): Promise<Finish> => {
  const start = engine.host.clock.monotonic();
  const judgement = turn.judged ?? (await judge(engine, { ...turn, freshSince: start }));
  const ending = await guarded(engine, turn, judgement);
  const { outcome, reason, evidence = judgement.evidence, failure, attempts = turn.known?.attempt ?? 0 } = ending;
  const outputs = ending.outputs ?? turn.known?.outputs ?? {};
  const applied = outcome === 'changed' || outcome === 'satisfied' || ending.acted === true;
  const { resolved, fingerprint, definition } = judgement;
  const made =
    (ending.acted === true || ending.found === true) && resolved
      ? { creates: resolved.creates, ...(resolved.undo && { undo: engine.masker.value(resolved.undo) }) }
      : { creates: [] };
  await engine.emit({
    ...{
      type: 'step.finished',
      address: turn.unit.address,
      outcome,
      outputs: engine.masker.value(outputs),
      attempts,
      evidence,
      ...made,
    },
    durationMs: engine.host.clock.monotonic() - start,
    ...(reason !== undefined && { reason }),
    ...(applied && fingerprint !== undefined && { fingerprint }),
    ...(applied &&
      ending.acted !== true &&
      definition !== undefined &&
      turn.known?.definition === undefined && { definition }),
    ...(failure && { failure }),
  });
  return { outcome, outputs };
};

/** A step type that throws what it should not loses its step, not the run. */
const guarded = async (engine: Engine, turn: Turn, judgement: Judgement): Promise<Ending> => {
  try {
    return await proceed(engine, turn, judgement);
  } catch (error) {
    if (error instanceof Error && error.name === 'StoreError') throw error;
    if (error instanceof ExpressionError)
      return failed({ kind: 'expression', where: turn.unit.address, source: error.source, message: error.message });
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return failed({
      kind: 'internal',
      message: engine.masker.text(message),
      ...(stack !== undefined && { stack: engine.masker.text(stack) }),
    });
  }
};

const failed = (failure: Failure, rest: Partial<Ending> = {}): Ending => ({ outcome: 'failed', failure, ...rest });

const proceed = async (engine: Engine, turn: Turn, judgement: Judgement): Promise<Ending> => {
  const { verdict, reason, resolved, outputs } = judgement;
  if (turn.adopt === true) return adoptUnit(engine, judgement);
  if (turn.assume !== undefined) return { outcome: 'satisfied', reason: `assumed: ${turn.assume}` };
  if (verdict === 'skip') return { outcome: 'skipped', reason };
  if (verdict === 'fail') return failed(judgement.failure ?? { kind: 'internal', message: reason });
  const settled = await settleSurvivors(engine, turn, judgement);
  if (settled) return settled;
  if (!resolved) throw new Error(`the judgement "${reason}" came without its step`);
  if (verdict === 'wait') return awaitHealth(engine, turn, resolved, outputs);
  const precondition = await awaitPreconditions(engine, turn, resolved);
  if (precondition) return precondition;
  const { action } = resolved;
  if (!action) return awaitHealth(engine, turn, resolved, outputs);
  return engine.stop.stage === undefined
    ? attemptUntilDone(engine, turn, { ...judgement, resolved, action })
    : interrupted(engine);
};

/** What is still under way from before a crash comes first; it may well finish the step. Undefined when the step is to go on. */
const settleSurvivors = async (engine: Engine, turn: Turn, judgement: Judgement): Promise<Ending | undefined> => {
  const { verdict, reason, resolved, outputs } = judgement;
  const survivor = await awaitSurvivor(engine, turn.unit.address, turn.known, resolved?.timeoutMs);
  if (survivor === 'none') return verdict === 'keep' ? { outcome: 'satisfied', reason, outputs } : undefined;
  if (survivor === 'left')
    return failed({ kind: 'survivor', pid: turn.known?.process?.pid ?? 0, command: resolved?.command ?? '' });
  // It may have finished its work meanwhile: its health checks decide, as after a crash.
  const again = await judge(engine, { ...turn, freshSince: engine.host.clock.monotonic() });
  if (again.verdict !== 'keep') return undefined;
  const { outputs: found, evidence } = again;
  return {
    outcome: 'satisfied',
    reason: 'the process that had survived finished it',
    outputs: found,
    evidence,
  };
};

const interrupted = (engine: Engine, rest: Partial<Ending> = {}): Ending => ({
  outcome: 'interrupted',
  failure: { kind: 'cancelled', signal: engine.stop.reason ?? 'SIGTERM' },
  ...rest,
});

const awaitPreconditions = async (engine: Engine, turn: Turn, resolved: ResolvedStep): Promise<Ending | undefined> => {
  if (resolved.preconditions.length === 0) return undefined;
  const around = { surroundings: resolved.surroundings, scope: turn.scope, signal: engine.stop.signal };
  const result = await wait(
    engine,
    turn,
    'precondition',
    resolved.preconditions.map((probe) => question(engine, probe, around, 0)),
  );
  if (result.holds) return undefined;
  if (engine.stop.signal.aborted) return interrupted(engine, { evidence: result.observations });
  const broken = result.observations.find((each) => !each.holds);
  if (!broken) return interrupted(engine);
  return failed(
    { kind: 'precondition', observation: broken, waitedMs: result.waitedMs },
    { evidence: result.observations },
  );
};

const awaitHealth = async (
  engine: Engine,
  turn: Turn,
  resolved: ResolvedStep,
  outputs: Ending['outputs'],
): Promise<Ending> => {
  const result = await proveHealth(engine, turn, resolved);
  const { observations: evidence } = result;
  if (result.holds) return { outcome: 'satisfied', reason: 'it holds', evidence, outputs };
  if (engine.stop.signal.aborted) return interrupted(engine, { evidence });
  return failed(
    { kind: 'health', observations: evidence.filter((each) => !each.holds), waitedMs: result.waitedMs },
    { evidence },
  );
};

const proveHealth = (engine: Engine, turn: Turn, resolved: ResolvedStep): Promise<WaitResult> => {
  const around = { surroundings: resolved.surroundings, scope: turn.scope, signal: engine.stop.signal };
  return wait(engine, turn, 'health', proofsOf(engine, resolved, around));
};

const wait = async (
  engine: Engine,
  { unit }: Turn,
  phase: 'precondition' | 'health',
  questions: Parameters<typeof waitUntil>[0],
): Promise<WaitResult> => {
  const { clock } = engine.host;
  const since = clock.now();
  const untilMs = Math.max(0, ...questions.map((each) => each.withinMs));
  return waitUntil(questions, {
    clock,
    signal: engine.stop.signal,
    since: clock.monotonic(),
    onLooked: (observations) =>
      tell(engine, { type: 'step.looked', address: unit.address, phase, since, untilMs, observations }),
  });
};

type Ready = Judgement & { readonly resolved: ResolvedStep; readonly action: ResolvedAction };

const attemptUntilDone = async (engine: Engine, turn: Turn, ready: Ready): Promise<Ending> => {
  const { clock } = engine.host;
  const start = clock.monotonic();
  const before = turn.known?.attempt ?? 0;
  for (let count = 1; ; count += 1) {
    const attempt = before + count;
    const result = await attemptOnce(engine, turn, ready, attempt);
    if (result.outcome !== 'failed' || !result.failure) return result;
    const delayMs = (await mayRetry(ready, turn.scope, result, count))
      ? delayAfter(ready.resolved.retry, {
          attempt: count,
          elapsedMs: clock.monotonic() - start,
          random: engine.random(),
        })
      : undefined;
    if (delayMs === undefined || engine.stop.stage !== undefined) return result;
    await engine.emit({ type: 'step.retrying', address: turn.unit.address, attempt, delayMs, failure: result.failure });
    await clock.sleep(delayMs, engine.stop.signal);
    if (engine.stop.signal.aborted) return interrupted(engine, { acted: true, attempts: attempt });
  }
};

const mayRetry = async (
  { resolved }: Ready,
  scope: Scope,
  { values }: Ending & { values?: Readonly<Record<string, unknown>> },
  attempt: number,
): Promise<boolean> => {
  const when = resolved.spec.retry?.when;
  if (when === undefined) return true;
  return evaluate(when, { ...scope, exitCode: -1, message: '', stdout: '', stderr: '', ...values, attempt }) === true;
};

type Attempted = Ending & { readonly values?: Readonly<Record<string, unknown>> };

const attemptOnce = async (engine: Engine, turn: Turn, ready: Ready, attempt: number): Promise<Attempted> => {
  const { address, step } = turn.unit;
  const { resolved, action, fingerprint = '', definition } = ready;
  const { creates, undo } = resolved;
  const command = engine.masker.text(resolved.command);
  await engine.emit({
    type: 'step.started',
    address,
    attempt,
    fingerprint,
    definition,
    command,
    creates,
    ...(undo && { undo: engine.masker.value(undo) }),
  });
  const acting = async (): Promise<AttemptResult> => {
    const started = engine.host.clock.monotonic();
    const result = await act(engine, { address, attempt, resolved, action, scope: turn.scope });
    const durationMs = engine.host.clock.monotonic() - started;
    await engine.emit({
      type: 'step.acted',
      address,
      attempt,
      durationMs,
      ...(!result.ok && { failure: result.failure }),
    });
    return result;
  };
  const group = typeof step.concurrency === 'string' ? engine.limits.groups.get(step.concurrency) : undefined;
  const limited = (): Promise<AttemptResult> => engine.limits.actions.run(acting, turn.rank);
  const result = await (group ? group.run(limited, turn.rank) : limited());
  const done = { acted: true, attempts: attempt };
  if (!result.ok) {
    if (result.failure.kind === 'cancelled') return interrupted(engine, done);
    return failed(result.failure, { ...done, ...{ values: result.values } });
  }
  const health = await proveHealth(engine, turn, resolved);
  const { observations: evidence } = health;
  const outputs = { ...checkedOutputs(resolved, evidence), ...result.outputs };
  if (health.holds) return { outcome: 'changed', outputs, evidence, ...done };
  if (engine.stop.signal.aborted) return interrupted(engine, { evidence, ...done });
  return failed(
    { kind: 'health', observations: evidence.filter((each) => !each.holds), waitedMs: health.waitedMs },
    { evidence, outputs, ...done },
  );
};

const checkedOutputs = ({ action }: ResolvedStep, evidence: readonly Observation[]): Record<string, unknown> =>
  action?.kind === 'uses'
    ? ((evidence[0]?.data as { outputs?: Record<string, unknown> } | undefined)?.outputs ?? {})
    : {};
