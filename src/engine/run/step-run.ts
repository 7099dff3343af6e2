// One unit from its turn to its outcome: judged, its preconditions awaited, acted, proved, recorded; in that order.
import type { Failure } from '../../core/failure.ts';
import { type Engine, internalFailure, isStoreError } from '../engine.ts';
import { type Judgement, judge } from '../plan/judge.ts';
import { awaitSurvivor, mayHaveSurvived, survivorFailure, suspectOf, wasCutOff } from '../plan/survivor.ts';
import { awaitHealth, awaitPreconditions, unhealthy } from '../prove/prove.ts';
import type { ResolvedStep } from '../step/resolved.ts';
import { adoptUnit } from '../undo/adopt.ts';
import { attemptUntilDone } from './attempts.ts';
import { type Ending, type Finish, finishUnit, type KnownTurn } from './finish-unit.ts';

export interface Turn extends KnownTurn {
  /** Why it must run whatever the world looks like. */
  readonly redo?: string | undefined;
  /** A person's word that it holds, instead of proof. */
  readonly assume?: string | undefined;
  readonly rank: number;
  /** How long it took in earlier runs, in milliseconds. */
  readonly usualMs?: number | undefined;
}

/** Undefined when it was not started, because the run is being stopped: nothing is recorded of it then. */
export const runUnit = async (engine: Engine, turn: Turn): Promise<Finish | undefined> => {
  const start = engine.host.clock.monotonic();
  const first = turn.judged ?? (await judge(engine, { ...turn, freshSince: start, standing: turn.adopt === true }));
  const ending = await guarded(engine, turn, first);
  return ending && finishUnit(engine, turn, { startedAt: start, judgement: first, ...ending });
};

/**
 * The same for what was judged before its turn, and found to be as it should: at once, since there may be ten thousand of them.
 * Undefined when there is more to it.
 */
export const keepUnit = (engine: Engine, turn: KnownTurn): Finish | undefined => {
  const { judged, known, adopt } = turn;
  if (!judged || adopt === true || (known && mayHaveSurvived(known))) return undefined;
  const ending = endingOf(judged);
  const startedAt = engine.host.clock.monotonic();
  return ending && finishUnit(engine, turn, { startedAt, ...ending, judgement: judged });
};

/** Of what needs neither an action nor a wait. */
const endingOf = (judgement: Judgement): Ending | undefined => {
  const { verdict, reason, outputs } = judgement;
  if (verdict === 'skip') return { outcome: 'skipped', reason };
  return verdict === 'keep' ? { outcome: 'satisfied', reason, outputs, judgement } : undefined;
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
  const settled = endingOf(judgement);
  if (settled) return settled;
  const { verdict, reason, resolved } = judgement;
  if (verdict === 'fail') return failed(judgement.failure ?? { kind: 'internal', message: reason });
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

/** Of what may have survived, and was not found: it may have ended since it was looked whether its work is done. */
const judgedSince = async (engine: Engine, turn: Turn, judgement: Judgement): Promise<Judgement> => {
  const { known } = turn;
  if (!known || !wasCutOff(known) || judgement.verdict !== 'run') return judgement;
  return judge(engine, { ...turn, freshSince: engine.host.clock.monotonic() });
};

/** What is still under way from before a crash comes first; it may well finish the step. */
const settleSurvivors = async (
  engine: Engine,
  turn: Turn,
  judgement: Judgement,
): Promise<{ readonly judgement: Judgement; readonly ending?: Ending }> => {
  const { known } = turn;
  if (!known || !mayHaveSurvived(known)) return { judgement };
  const judgeAgain = async (): Promise<Judgement> =>
    judge(engine, { ...turn, freshSince: engine.host.clock.monotonic() });
  const survivor = await awaitSurvivor(engine, {
    ...suspectOf(engine, known),
    timeoutMs: judgement.resolved?.timeoutMs,
    isDone: async () => (await judgeAgain()).verdict === 'keep',
  });
  if (survivor === 'none') return { judgement: await judgedSince(engine, turn, judgement) };
  if (survivor !== 'ended') {
    // Stopping is no decision about it: the next run finds it again.
    const ending = engine.stop.signal.aborted ? interrupted(engine) : failed(survivorFailure(survivor));
    return { judgement, ending };
  }
  // It may have finished its work meanwhile: its health checks decide, as after a crash.
  const again = await judgeAgain();
  if (again.verdict !== 'keep') return { judgement: again };
  const reason = 'the process that had survived finished it';
  const { outputs, evidence } = again;
  return { judgement: again, ending: { outcome: 'satisfied', reason, outputs, evidence, judgement: again } };
};
