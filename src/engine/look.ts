// Looking at the world: one look of a probe, and waiting until all of a step's probes hold.
import { z } from 'zod';
import { ExpressionError, type Scope } from '../core/expression.ts';
import type { Observation } from '../core/observation.ts';
import { evaluate } from '../core/template.ts';
import { createContext } from './context.ts';
import type { Engine } from './engine.ts';
import type { ResolvedProbe, ResolvedStep, Surroundings } from './resolved.ts';
import { StepError } from './step-type.ts';

/** A thing that can be asked whether it holds: a probe, or a step type's own check. */
export interface Question {
  readonly withinMs: number;
  readonly everyMs?: number;
  readonly forMs: number;
  readonly staysMs: number;
  ask(freshSince: number): Promise<Observation>;
}

export interface Surround {
  readonly surroundings: Surroundings;
  readonly scope: Scope;
  readonly signal: AbortSignal;
}

/** One look. Never throws: a look that fails is an observation too. */
export const look = async (
  engine: Engine,
  probe: ResolvedProbe,
  { surroundings, scope, signal }: Surround,
  freshSince: number,
): Promise<Observation> => {
  const type = engine.registry.probes.get(probe.kind);
  let name = probe.name ?? probe.kind;
  const message = probe.message === undefined ? {} : { message: probe.message };
  const timeout = AbortSignal.timeout(probe.timeoutMs);
  try {
    if (!type) throw new StepError(`there is no probe ${probe.kind}`);
    const input = type.input.parse(probe.input);
    name = probe.name ?? type.describe(input);
    const on = probe.on ?? surroundings.on;
    const around = { env: surroundings.env, cwd: surroundings.cwd, ...(on !== undefined && { on }) };
    const limits = { timeoutMs: probe.timeoutMs, graceMs: 200, signal: AbortSignal.any([signal, timeout]) };
    const context = createContext(engine, { surroundings: around, freshSince, ...limits });
    const seen = await whileWaiting(type.look(input, context), limits.signal, probe.timeoutMs);
    const holds =
      probe.expect === undefined ? seen.holds : evaluate(probe.expect, { ...scope, ...seen.values }) === true;
    const saw = engine.masker.text(seen.saw);
    return {
      probe: name,
      holds,
      saw,
      ...(!holds && message),
      ...(seen.data !== undefined && { data: engine.masker.value(seen.data) }),
    };
  } catch (error) {
    const text = engine.masker.text(reasonOf(error));
    return { probe: name, holds: false, saw: text, error: text, ...message };
  }
};

/** A look that hangs is given up at its time limit, even when the probe's code does not listen to its signal. */
const whileWaiting = <T>(looking: Promise<T>, signal: AbortSignal, timeoutMs: number): Promise<T> => {
  const late = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(new StepError(`no answer within ${timeoutMs} ms`));
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
  return Promise.race([looking, late]);
};

const reasonOf = (error: unknown): string => {
  if (error instanceof StepError) return error.message;
  if (error instanceof ExpressionError) return `expect can't be computed: ${error.message}`;
  if (error instanceof z.ZodError)
    return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  return error instanceof Error ? error.message : String(error);
};

/** The questions that say whether a step is done and well: its type's own check first, then its health checks. */
export const proofsOf = (engine: Engine, step: ResolvedStep, around: Surround): readonly Question[] => {
  const check = checkQuestion(engine, step, around);
  return [...(check ? [check] : []), ...step.health.map((probe) => question(engine, probe, around, 30_000))];
};

export const question = (
  engine: Engine,
  probe: ResolvedProbe,
  around: Surround,
  defaultWithinMs: number,
): Question => ({
  withinMs: probe.withinMs ?? defaultWithinMs,
  ...(probe.everyMs !== undefined && { everyMs: probe.everyMs }),
  forMs: probe.forMs,
  staysMs: probe.staysMs,
  ask: (freshSince) => engine.limits.looks.run(() => look(engine, probe, around, freshSince)),
});

const checkQuestion = (
  engine: Engine,
  { action, name }: ResolvedStep,
  { surroundings, signal }: Surround,
): Question | undefined => {
  if (action?.kind !== 'uses' || !action.type.check) return undefined;
  const { type, input } = action;
  const ask = async (freshSince: number): Promise<Observation> => {
    const timeoutMs = 60_000;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const context = createContext(engine, { surroundings, freshSince, signal: limited, graceMs: 200 });
    try {
      const seen = await whileWaiting(
        type.check?.(input, context) ?? Promise.reject(new Error('no check')),
        limited,
        timeoutMs,
      );
      const data = seen.outputs === undefined ? {} : { data: { outputs: engine.masker.value(seen.outputs) } };
      return { probe: name, holds: seen.holds, saw: engine.masker.text(seen.saw), ...data };
    } catch (error) {
      const text = engine.masker.text(reasonOf(error));
      return { probe: name, holds: false, saw: text, error: text };
    }
  };
  return {
    withinMs: 30_000,
    forMs: 0,
    staysMs: 0,
    ask: (freshSince) => engine.limits.looks.run(() => ask(freshSince)),
  };
};

/** All asked once, side by side. */
export const askOnce = (questions: readonly Question[], freshSince: number): Promise<readonly Observation[]> =>
  Promise.all(questions.map((each) => each.ask(freshSince)));
