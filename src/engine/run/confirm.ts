// What a run may claim at its end: what was proved while others still acted or were waited for is asked once more.
import type { Outcome } from '../../core/event.ts';
import type { Engine } from '../engine.ts';
import { judge, type Known } from '../plan/judge.ts';
import { awaitHealth, unhealthy } from '../prove/prove.ts';
import { type Finish, finishUnit, type KnownTurn } from './finish-unit.ts';

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
