// The end of a step: what of it goes into the journal, and whether it still stands when the run ends.
import type { Created, EventOf, Outcome } from '../../core/event.ts';
import { ExpressionError, type Scope } from '../../core/expression.ts';
import { canonical } from '../../core/fingerprint.ts';
import { isDone } from '../../core/run-state.ts';
import { type Engine, elapsed } from '../engine.ts';
import { type Judgement, judge, type Known } from '../plan/judge.ts';
import { withoutSecrets } from '../prove/outputs.ts';
import { awaitHealth, unhealthy } from '../prove/prove.ts';
import { resolveFlag } from '../step/resolve.ts';
import { hideSecrets, type Secret } from '../step/secret-book.ts';
import type { Unit } from '../step/unit.ts';
import type { Attempted } from './attempts.ts';

/** What is known of a unit before its turn. */
export interface KnownTurn {
  readonly unit: Unit;
  readonly known: Known | undefined;
  readonly scope: Scope;
  /** Only look, and take over what is there. */
  readonly adopt?: boolean;
  /** What the pass over all known steps found, unless something below it has changed since. */
  readonly judged?: Judgement | undefined;
  readonly secrets: readonly Secret[];
}

export interface Finish {
  readonly outcome: Outcome;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Its failure is none of the run's: what needs it goes on. */
  readonly tolerated?: boolean | undefined;
  /** The world or its outputs are not what they were: what follows is looked at again. */
  readonly moved?: boolean | undefined;
  /** It was not chosen, and had no turn. */
  readonly leftOut?: boolean;
  /**
   * Resolves when its end is on the disk. What follows may be judged before that, and its start is recorded after it: so one sync
   * makes both durable, and nothing acts on an end that could still be lost.
   */
  readonly recorded?: Promise<unknown>;
}

export type Ending = Pick<EventOf<'step.finished'>, 'outcome'> &
  Partial<Omit<Attempted, 'acted' | 'reason' | 'outputs'>> & {
    readonly reason?: string | undefined;
    readonly outputs?: Readonly<Record<string, unknown>> | undefined;
    readonly acted?: boolean;
    /** It is there without having been made by this run. */
    readonly found?: boolean;
    /** What was judged last, when that was not at its turn's start. */
    readonly judgement?: Judgement;
  };

const nothing: readonly Created[] = [];

type Finished = Omit<Mutable<EventOf<'step.finished'>>, 'seq' | 'at'>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Records an end, and says what it means for what follows. */
export const finishUnit = (
  engine: Engine,
  turn: KnownTurn,
  ending: Ending & { readonly startedAt: number; readonly judgement: Judgement },
): Finish => {
  const { outcome, startedAt, judgement, reason, failure, log } = ending;
  const { address } = turn.unit;
  const { outputs, kept } = outputsOf(engine, turn, ending);
  const durationMs = elapsed(engine.host.clock, startedAt);
  const evidence = ending.evidence ?? judgement.evidence;
  const attempts = ending.attempts ?? (turn.known?.inThisRun === true ? turn.known.attempt : 0);
  // Field by field: a literal that is put together of others takes V8 ten times as long.
  // biome-ignore format: a field a line says no more
  const event: Finished = { type: 'step.finished', address, outcome, outputs: kept.outputs, durationMs, evidence, attempts, creates: nothing };
  if (kept.withheld) event.withheld = kept.withheld;
  if (reason !== undefined) event.reason = reason;
  if (failure) event.failure = failure;
  if (log !== undefined) event.log = log;
  Object.assign(event, definitionFor(turn, judgement, ending), madeBy(engine, turn, judgement, ending));
  const recorded = engine.emit(event);
  const tolerated = outcome === 'failed' && isTolerated(turn, judgement);
  const moved = hasMoved(turn.known, kept);
  return { outcome, outputs, tolerated, moved, recorded };
};

/** What is known of its outputs from now on. An attempt that failed leaves none: those of before may be none of the world's any more. */
const outputsOf = (
  { masker }: Engine,
  { known }: KnownTurn,
  { outputs, acted }: Ending,
): { outputs: Finish['outputs']; kept: ReturnType<typeof withoutSecrets> } => {
  if (outputs) return { outputs, kept: withoutSecrets(outputs, masker) };
  if (acted === true || !known) return { outputs: {}, kept: { outputs: {} } };
  const { withheld } = known;
  return { outputs: known.outputs, kept: { outputs: known.outputs, ...(withheld && { withheld }) } };
};

/** What the journal of this run has to tell of the definition; also when this time nothing came of it. */
const definitionFor = (
  { known }: KnownTurn,
  { fingerprint, definition }: Judgement,
  { outcome, acted }: Ending,
): Partial<Pick<EventOf<'step.finished'>, 'fingerprint' | 'definition' | 'applied'>> => {
  // The start of an attempt has told it already, and so has this run's journal for what is kept.
  if (acted === true) return fingerprint === undefined ? {} : { fingerprint };
  const done = outcome === 'changed' || outcome === 'satisfied';
  if (done && fingerprint !== undefined) {
    const isTold = known?.inThisRun === true && known.fingerprint === fingerprint;
    return isTold ? { fingerprint } : { fingerprint, definition };
  }
  if (!known || known.inThisRun) return {};
  return {
    ...(known.fingerprint !== undefined && { fingerprint: known.fingerprint, definition: known.definition }),
    ...(!done && known.applied && { applied: known.applied }),
  };
};

const madeBy = (
  engine: Engine,
  { secrets }: KnownTurn,
  { resolved }: Judgement,
  { acted, found }: Ending,
): Pick<EventOf<'step.finished'>, 'creates' | 'undo'> => {
  if (!resolved || (acted !== true && found !== true)) return { creates: nothing };
  const { creates, undo } = resolved;
  return { creates, ...(undo && { undo: hideSecrets(undo, secrets, engine.masker) }) };
};

const hasMoved = (known: Known | undefined, { outputs }: ReturnType<typeof withoutSecrets>): boolean => {
  return !isDone(known) || canonical(outputs) !== canonical(known?.outputs);
};

/** The flag stands also for a step whose other expressions can't be computed. */
const isTolerated = ({ unit, scope }: KnownTurn, { resolved }: Judgement): boolean => {
  if (resolved) return resolved.continueOnError;
  try {
    return resolveFlag(unit.step.continueOnError, scope);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return false; // Its own error is one more reason to fail, and the first one is told.
  }
};

interface Was {
  readonly outcome: Outcome;
  readonly outputs: Finish['outputs'];
  /** Monotonic milliseconds from which looks count. */
  readonly freshSince: number;
}

/**
 * Undefined when it still holds. What does not is waited for as after its action, so that a hiccup is no loss; its new end is recorded,
 * which is the old one where it came back, and a failure else.
 */
export const confirmUnit = async (
  engine: Engine,
  { known: _, ...rest }: KnownTurn,
  { freshSince, ...was }: Was,
): Promise<Finish | undefined> => {
  const { unit, scope } = rest;
  const { address } = unit;
  const at = engine.host.clock.now();
  const known = {
    address,
    status: 'finished' as const,
    attempt: 0,
    at,
    inThisRun: true,
    evidence: [],
    ...was,
  } satisfies Known;
  const turn = { ...rest, known };
  const judgement = await judge(engine, { unit, known, scope, freshSince, standing: true });
  const { verdict, resolved } = judgement;
  if (!resolved || verdict === 'keep' || verdict === 'skip') return undefined;
  const message = `${address} held when it was done, and does not at the end of the run: ${judgement.reason}`;
  await engine.emit({ type: 'notice', level: 'warning', code: 'lost-meanwhile', message });
  const startedAt = engine.host.clock.monotonic();
  const health = await awaitHealth(engine, { address, resolved, scope });
  const again = await judge(engine, { unit, known, scope, freshSince: startedAt, standing: true });
  const told = { startedAt, judgement: again, outputs: was.outputs };
  if (again.verdict === 'keep')
    return finishUnit(engine, turn, {
      ...told,
      outcome: known.outcome,
      reason: 'it holds again',
      outputs: known.outputs,
    });
  if (engine.stop.signal.aborted) {
    const failure = { kind: 'cancelled', signal: engine.stop.reason ?? 'SIGTERM' } as const;
    return finishUnit(engine, turn, { ...told, outcome: 'interrupted', failure });
  }
  const observations = health.holds ? again.evidence.filter(({ holds }) => !holds) : unhealthy(health).observations;
  const failure = { kind: 'health', observations, waitedMs: health.waitedMs } as const;
  return finishUnit(engine, turn, { ...told, outcome: 'failed', failure, evidence: health.observations });
};
