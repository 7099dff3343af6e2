// Waiting for what a step needs or promises, while views are told what is seen.
import type { Scope } from '../../core/expression.ts';
import type { Failure } from '../../core/failure.ts';
import { type Engine, tell } from '../engine.ts';
import type { ResolvedStep } from '../step/resolved.ts';
import { proofsOf, question } from './look.ts';
import { type WaitResult, waitUntil } from './wait.ts';

export interface Proving {
  readonly address: string;
  readonly resolved: ResolvedStep;
  readonly scope: Scope;
  /** How long the wait took in earlier runs, in milliseconds. */
  readonly usualMs?: number | undefined;
}

/** Until all preconditions hold. Nothing has started yet: the first request to stop ends the waiting. */
export const awaitPreconditions = (engine: Engine, proving: Proving): Promise<WaitResult> => {
  const { resolved, scope } = proving;
  const signal = engine.stop.finishing;
  const around = { surroundings: resolved.surroundings, scope, signal };
  const questions = resolved.preconditions.map((probe) => question(engine, probe, around, 0));
  return wait(engine, proving, { phase: 'precondition', questions, signal });
};

/** Until the type's check and all health checks hold. It belongs to what runs: only the second request to stop ends it. */
export const awaitHealth = (engine: Engine, proving: Proving): Promise<WaitResult> => {
  const { resolved, scope } = proving;
  const { signal } = engine.stop;
  const questions = proofsOf(engine, resolved, { surroundings: resolved.surroundings, scope, signal });
  return wait(engine, proving, { phase: 'health', questions, signal });
};

/** What did not hold in time: the message is what was last seen. */
export const unhealthy = ({ observations, waitedMs }: WaitResult): Extract<Failure, { kind: 'health' }> => ({
  kind: 'health',
  observations: observations.filter((each) => !each.holds),
  waitedMs,
});

const wait = (
  engine: Engine,
  { address, usualMs }: Proving,
  {
    phase,
    questions,
    signal,
  }: {
    readonly phase: 'precondition' | 'health';
    readonly questions: Parameters<typeof waitUntil>[0];
    readonly signal: AbortSignal;
  },
): Promise<WaitResult> => {
  const { clock } = engine.host;
  const since = clock.now();
  const untilMs = Math.max(0, ...questions.map((each) => each.withinMs));
  return waitUntil(questions, {
    clock,
    signal,
    pace: engine.pace,
    usualMs,
    since: clock.monotonic(),
    onLooked: (observations) => tell(engine, { type: 'step.looked', address, phase, since, untilMs, observations }),
  });
};
