// The attempts at an action: each waits for its place, is recorded before it starts, acts, and is proved; a failure may be tried again.
import type { Outcome, ProcessIdentity } from '../../core/event.ts';
import { ExpressionError, type Scope } from '../../core/expression.ts';
import type { Failure, Observation } from '../../core/failure.ts';
import { delayAfter } from '../../core/retry.ts';
import { evaluateCondition } from '../../core/template.ts';
import { type Engine, elapsed } from '../engine.ts';
import type { Judgement, Known } from '../plan/judge.ts';
import { awaitSurvivor, type StillAlive, survivorFailure } from '../plan/survivor.ts';
import { outputsIn } from '../prove/look.ts';
import { awaitHealth, unhealthy } from '../prove/prove.ts';
import type { ResolvedAction, ResolvedStep } from '../step/resolved.ts';
import { hideSecrets, type Secret } from '../step/secret-book.ts';
import type { Unit } from '../step/unit.ts';
import { type AttemptResult, act } from './attempt.ts';

export interface Attempts {
  readonly unit: Unit;
  readonly known: Known | undefined;
  readonly scope: Scope;
  readonly rank: number;
  readonly usualMs?: number | undefined;
  readonly secrets: readonly Secret[];
  readonly ready: Judgement & { readonly resolved: ResolvedStep; readonly action: ResolvedAction };
}

export interface Attempted {
  readonly outcome: Outcome;
  readonly attempts: number;
  /** Monotonic milliseconds at which the first attempt started. */
  readonly startedAt: number;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly evidence?: readonly Observation[];
  readonly failure?: Failure;
  readonly reason?: string;
  readonly log?: string;
  readonly acted: true;
}

/** Undefined when nothing was started, because the run is being stopped. */
export const attemptUntilDone = async (engine: Engine, item: Attempts): Promise<Attempted | undefined> => {
  const { clock } = engine.host;
  // Numbers go on within a run, so that each attempt has a log of its own.
  const before = item.known?.inThisRun === true ? item.known.attempt : 0;
  const start = clock.monotonic();
  let last: Attempted | undefined;
  for (let count = 1; ; count += 1) {
    const attempt = before + count;
    const tried = await inTurn(engine, item, attempt);
    if (!tried) return last && { ...last, outcome: 'interrupted' };
    last = { ...tried.ended, startedAt: last?.startedAt ?? tried.ended.startedAt };
    const next = whatNext(engine, item, { tried, count, elapsedMs: clock.monotonic() - start });
    if (!('failure' in next)) return { ...last, ...next };
    if (!(await pause(engine, item, { attempt, ...next }))) return { ...last, outcome: 'interrupted' };
    const left = await leftAlive(engine, item, tried);
    if (left) return { ...last, ...(engine.stop.stage === undefined ? { failure: survivorFailure(left) } : stopped) };
  }
};

const stopped = { outcome: 'interrupted' } as const;

interface Tried {
  readonly ended: Attempted;
  /** What its action may have left running, when that did not end well. */
  readonly processes?: readonly ProcessIdentity[];
  readonly values: Readonly<Record<string, unknown>>;
}

interface Again {
  readonly delayMs: number;
  readonly failure: Failure;
}

/** Another attempt after a pause; or none, and why if there might have been one. */
const whatNext = (
  engine: Engine,
  item: Attempts,
  { tried, count, elapsedMs }: { readonly tried: Tried; readonly count: number; readonly elapsedMs: number },
): Again | { readonly reason?: string } => {
  const { outcome, failure } = tried.ended;
  if (outcome !== 'failed' || !failure) return {};
  const { may, reason } = mayRetry(item, tried.values, count);
  if (!may) return reason === undefined ? {} : { reason };
  const policy = item.ready.resolved.retry;
  const delayMs = delayAfter(policy, { attempt: count, elapsedMs, random: engine.random() });
  return delayMs === undefined ? {} : { delayMs, failure };
};

/** False when the run is being stopped: no other attempt may start then. */
const pause = async (
  { emit, host, stop }: Engine,
  { unit: { address } }: Attempts,
  again: Again & { readonly attempt: number },
): Promise<boolean> => {
  if (stop.stage !== undefined) return false;
  await emit({ type: 'step.retrying', address, ...again });
  await host.clock.sleep(again.delayMs, stop.finishing);
  return stop.stage === undefined;
};

/** What an attempt left that failed; another one is not started beside it. */
const leftAlive = async (
  engine: Engine,
  { unit: { address }, ready }: Attempts,
  { processes }: Tried,
): Promise<StillAlive | undefined> => {
  if (!processes) return undefined;
  const { command, timeoutMs } = ready.resolved;
  const survivor = await awaitSurvivor(engine, {
    ...{ address, run: engine.run, command, timeoutMs },
    ...{ processes, spawned: processes.length },
  });
  return typeof survivor === 'string' ? undefined : survivor;
};

const mayRetry = (
  { ready, scope }: Attempts,
  values: Tried['values'],
  attempt: number,
): { readonly may: boolean; readonly reason?: string } => {
  const when = ready.resolved.spec.retry?.when;
  if (when === undefined) return { may: true };
  const defaults = { exitCode: -1, message: '', stdout: '', stderr: '' };
  try {
    return { may: evaluateCondition(when, { ...scope, ...defaults, ...values, attempt }) };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { may: false, reason: `not tried again: retry.when can't be computed: ${error.message}` };
  }
};

/** One attempt, once its group and the run have room for it; nothing when the run is being stopped by then. */
const inTurn = async (engine: Engine, item: Attempts, attempt: number): Promise<Tried | undefined> => {
  const { concurrency } = item.unit.step;
  const group = typeof concurrency === 'string' ? engine.limits.groups.get(concurrency) : undefined;
  const acting = async (): Promise<{ result: AttemptResult; startedAt: number } | undefined> => {
    if (engine.stop.stage !== undefined) return undefined;
    await recordStart(engine, item, attempt);
    const startedAt = engine.host.clock.monotonic();
    return { result: await actRecorded(engine, item, attempt), startedAt };
  };
  const limited = () => engine.limits.actions.run(acting, item.rank);
  const acted = await (group ? group.run(limited, item.rank) : limited());
  return acted && prove(engine, item, { ...acted, attempt });
};

const recordStart = async (engine: Engine, item: Attempts, attempt: number): Promise<void> => {
  const { unit, known, ready, secrets } = item;
  const { resolved, fingerprint = '', definition, evidence } = ready;
  const { creates, undo, command } = resolved;
  const heals = known?.applied?.fingerprint === fingerprint && evidence.some(({ holds }) => !holds);
  await engine.emit({
    type: 'step.started',
    ...{ address: unit.address, attempt, fingerprint, definition, command, creates },
    ...(undo && { undo: hideSecrets(undo, secrets, engine.masker) }),
    ...(known?.applied && !known.inThisRun && { applied: known.applied }),
    ...(heals && { heals }),
  });
};

const actRecorded = async (engine: Engine, item: Attempts, attempt: number): Promise<AttemptResult> => {
  const { unit, ready, scope } = item;
  const { address } = unit;
  const started = engine.host.clock.monotonic();
  const result = await act(engine, { address, attempt, resolved: ready.resolved, action: ready.action, scope });
  const durationMs = elapsed(engine.host.clock, started);
  const failure = result.ok ? {} : { failure: result.failure };
  await engine.emit({ type: 'step.acted', address, attempt, durationMs, ...failure });
  return result;
};

/** An action whose health checks do not become true has failed, however it ended. */
const prove = async (
  engine: Engine,
  { unit, ready, scope, usualMs }: Attempts,
  { result, startedAt, attempt }: { result: AttemptResult; startedAt: number; attempt: number },
): Promise<Tried> => {
  const log = result.log === undefined ? {} : { log: result.log };
  const done = { acted: true, attempts: attempt, startedAt, ...log } as const;
  const { values } = result;
  if (!result.ok) {
    const { failure, processes } = result;
    const outcome = failure.kind === 'cancelled' ? 'interrupted' : 'failed';
    return { ended: { ...done, outcome, failure }, values, processes };
  }
  // What it took as a whole, less what the action has taken this time.
  const left = usualMs === undefined ? undefined : usualMs - (engine.host.clock.monotonic() - startedAt);
  const health = await awaitHealth(engine, {
    ...{ address: unit.address, resolved: ready.resolved, scope },
    usualMs: left,
  });
  const { observations: evidence, looks } = health;
  const outputs = { ...outputsIn(looks), ...result.outputs };
  if (health.holds) return { ended: { ...done, outcome: 'changed', outputs, evidence }, values };
  if (engine.stop.signal.aborted) {
    const failure = { kind: 'cancelled', signal: engine.stop.reason ?? 'SIGTERM' } as const;
    return { ended: { ...done, outcome: 'interrupted', failure, evidence }, values };
  }
  const broken = evidence.find((each) => !each.holds);
  const message = broken ? `${broken.probe}: ${broken.saw}` : '';
  return {
    ended: { ...done, outcome: 'failed', failure: unhealthy(health), outputs, evidence },
    values: { ...values, message },
  };
};
