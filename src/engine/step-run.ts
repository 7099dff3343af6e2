// One unit from its turn to its outcome: judged, its preconditions awaited, acted, proved, recorded; in that order.
import type { EventOf, Outcome } from '../core/event.ts';
import { ExpressionError, type Scope } from '../core/expression.ts';
import type { Failure } from '../core/failure.ts';
import { canonical } from '../core/fingerprint.ts';
import { isDone } from '../core/run-state.ts';
import { resolveText } from '../core/template.ts';
import { adoptUnit } from './adopt.ts';
import { type Attempted, attemptUntilDone } from './attempts.ts';
import type { Engine } from './engine.ts';
import { internalFailure, isStoreError } from './internal-failure.ts';
import { type Judgement, judge, type Known } from './judge.ts';
import { withoutSecrets } from './outputs.ts';
import { awaitHealth, awaitPreconditions, unhealthy } from './prove.ts';
import type { ResolvedStep } from './resolved.ts';
import { hideSecrets, type Secret } from './secret-book.ts';
import { awaitSurvivor } from './survivor.ts';
import type { Unit } from './unit.ts';

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
  /** How long it took in earlier runs, in milliseconds. */
  readonly usualMs?: number | undefined;
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

type Ending = Pick<EventOf<'step.finished'>, 'outcome'> &
  Partial<Omit<Attempted, 'acted' | 'reason' | 'outputs'>> & {
    readonly reason?: string | undefined;
    readonly outputs?: Readonly<Record<string, unknown>> | undefined;
    readonly acted?: boolean;
    /** It is there without having been made by this run. */
    readonly found?: boolean;
    /** What was judged last, when that was not at its turn's start. */
    readonly judgement?: Judgement;
  };

/** Undefined when it was not started, because the run is being stopped: nothing is recorded of it then. */
export const runUnit = async (engine: Engine, turn: Turn): Promise<Finish | undefined> => {
  const start = engine.host.clock.monotonic();
  const first = turn.judged ?? (await judge(engine, { ...turn, freshSince: start }));
  const ending = await guarded(engine, turn, first);
  if (!ending) return undefined;
  const { outcome, startedAt = start, judgement = first } = ending;
  const { outputs, kept } = outputsOf(engine, turn, ending);
  const recorded = engine.emit({
    type: 'step.finished', // a literal that begins with a spread takes V8 ten times as long
    ...{ address: turn.unit.address, outcome, ...kept },
    durationMs: engine.host.clock.monotonic() - startedAt,
    evidence: ending.evidence ?? judgement.evidence,
    attempts: ending.attempts ?? (turn.known?.inThisRun === true ? turn.known.attempt : 0),
    ...(ending.reason !== undefined && { reason: ending.reason }),
    ...(ending.failure && { failure: ending.failure }),
    ...(ending.log !== undefined && { log: ending.log }),
    ...definitionFor(turn, judgement, ending),
    ...madeBy(engine, turn, judgement, ending),
  });
  recorded.catch(() => {
    // Whoever ends the turn gets it.
  });
  const tolerated = outcome === 'failed' && isTolerated(turn, judgement);
  const moved = hasMoved(turn.known, kept);
  return { outcome, outputs, tolerated, moved, recorded };
};

/** What is known of its outputs from now on. An attempt that failed leaves none: those of before may be none of the world's any more. */
const outputsOf = (
  { masker }: Engine,
  { known }: Turn,
  { outputs, acted }: Ending,
): { outputs: Finish['outputs']; kept: ReturnType<typeof withoutSecrets> } => {
  if (outputs) return { outputs, kept: withoutSecrets(outputs, masker) };
  if (acted === true || !known) return { outputs: {}, kept: { outputs: {} } };
  const { withheld } = known;
  return { outputs: known.outputs, kept: { outputs: known.outputs, ...(withheld && { withheld }) } };
};

/** What the journal of this run has to tell of the definition; also when this time nothing came of it. */
const definitionFor = (
  { known }: Turn,
  { fingerprint, definition }: Judgement,
  { outcome, acted }: Ending,
): Partial<Pick<EventOf<'step.finished'>, 'fingerprint' | 'definition' | 'applied'>> => {
  const done = outcome === 'changed' || outcome === 'satisfied';
  if (acted === true || (done && fingerprint !== undefined)) {
    // The start of an attempt has told it already, and so has this run's journal for what is kept.
    const told = acted === true || (known?.inThisRun === true && known.fingerprint === fingerprint);
    return { ...(fingerprint !== undefined && { fingerprint }), ...(!told && { definition }) };
  }
  if (!known || known.inThisRun) return {};
  return {
    ...(known.fingerprint !== undefined && { fingerprint: known.fingerprint, definition: known.definition }),
    ...(!done && known.applied && { applied: known.applied }),
  };
};

const madeBy = (
  engine: Engine,
  { secrets }: Turn,
  { resolved }: Judgement,
  { acted, found }: Ending,
): Pick<EventOf<'step.finished'>, 'creates' | 'undo'> => {
  if (!resolved || (acted !== true && found !== true)) return { creates: [] };
  const { creates, undo } = resolved;
  return { creates, ...(undo && { undo: hideSecrets(undo, secrets, engine.masker) }) };
};

const hasMoved = (known: Known | undefined, { outputs }: ReturnType<typeof withoutSecrets>): boolean => {
  return !isDone(known) || canonical(outputs) !== canonical(known?.outputs);
};

/** The flag stands also for a step whose other expressions can't be computed. */
const isTolerated = ({ unit, scope }: Turn, { resolved }: Judgement): boolean => {
  if (resolved) return resolved.continueOnError;
  const flag = unit.step.continueOnError;
  if (typeof flag !== 'string') return flag === true;
  try {
    return resolveText(flag, scope) === true;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return false; // Its own error is one more reason to fail, and the first one is told.
  }
};

/** A probe or step type that throws what it should not loses its step, not the run. */
const guarded = async (engine: Engine, turn: Turn, judgement: Judgement): Promise<Ending | undefined> => {
  try {
    return await proceed(engine, turn, judgement);
  } catch (error) {
    if (isStoreError(error)) throw error;
    return failed(internalFailure(error, engine.masker));
  }
};

const failed = (failure: Failure, rest: Partial<Ending> = {}): Ending => ({ outcome: 'failed', failure, ...rest });

const interrupted = (engine: Engine, rest: Partial<Ending> = {}): Ending => ({
  outcome: 'interrupted',
  failure: { kind: 'cancelled', signal: engine.stop.reason ?? 'SIGTERM' },
  ...rest,
});

const proceed = async (engine: Engine, turn: Turn, first: Judgement): Promise<Ending | undefined> => {
  if (turn.adopt === true) return adoptUnit(engine, first);
  const { judgement, ending } = await settleSurvivors(engine, turn, first);
  if (ending) return ending;
  const { verdict, reason, resolved, outputs } = judgement;
  if (verdict === 'skip') return { outcome: 'skipped', reason };
  if (verdict === 'fail') return failed(judgement.failure ?? { kind: 'internal', message: reason });
  if (verdict === 'keep') return { outcome: 'satisfied', reason, outputs, judgement };
  if (!resolved) throw new Error(`the judgement "${reason}" came without its step`);
  if (engine.stop.stage !== undefined) return undefined;
  if (verdict === 'wait') return untilHealthy(engine, turn, { ...judgement, resolved });
  return perform(engine, turn, { ...judgement, resolved });
};

type Resolved = Judgement & { readonly resolved: ResolvedStep };

const perform = async (engine: Engine, turn: Turn, judgement: Resolved): Promise<Ending | undefined> => {
  const { unit, scope } = turn;
  const { resolved } = judgement;
  const ready = await awaitPreconditions(engine, { address: unit.address, resolved, scope });
  if (engine.stop.stage !== undefined) return undefined;
  const { observations: evidence, waitedMs } = ready;
  const broken = evidence.find((each) => !each.holds);
  if (broken) return failed({ kind: 'precondition', observation: broken, waitedMs }, { evidence, judgement });
  const { action } = resolved;
  if (!action) return untilHealthy(engine, turn, judgement);
  const attempted = await attemptUntilDone(engine, { ...turn, ready: { ...judgement, action } });
  return attempted && { ...attempted, judgement };
};

/** Nothing to do but to wait for its health. */
const untilHealthy = async (engine: Engine, turn: Turn, judgement: Resolved): Promise<Ending> => {
  const { resolved, outputs } = judgement;
  const { unit, scope, usualMs } = turn;
  const result = await awaitHealth(engine, { address: unit.address, resolved, scope, usualMs });
  const { observations: evidence } = result;
  const told = { evidence, judgement };
  if (result.holds) return { outcome: 'satisfied', reason: 'it holds', outputs, ...told };
  if (engine.stop.signal.aborted) return interrupted(engine, told);
  return failed(unhealthy(result), told);
};

/** What is still under way from before a crash comes first; it may well finish the step. */
const settleSurvivors = async (
  engine: Engine,
  turn: Turn,
  judgement: Judgement,
): Promise<{ readonly judgement: Judgement; readonly ending?: Ending }> => {
  const { address } = turn.unit;
  const survivor = await awaitSurvivor(engine, {
    address,
    known: turn.known,
    timeoutMs: judgement.resolved?.timeoutMs,
  });
  if (survivor === 'none') return { judgement };
  if (survivor !== 'ended') {
    const { pid, command } = survivor;
    // Stopping is no decision about it: the next run finds it again.
    const ending = engine.stop.signal.aborted ? interrupted(engine) : failed({ kind: 'survivor', pid, command });
    return { judgement, ending };
  }
  // It may have finished its work meanwhile: its health checks decide, as after a crash.
  const again = await judge(engine, { ...turn, freshSince: engine.host.clock.monotonic() });
  if (again.verdict !== 'keep') return { judgement: again };
  const reason = 'the process that had survived finished it';
  const { outputs, evidence } = again;
  return { judgement: again, ending: { outcome: 'satisfied', reason, outputs, evidence, judgement: again } };
};
