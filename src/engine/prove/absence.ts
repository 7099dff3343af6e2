// Is it gone? What is seen of the absence of something that was made, asked once or awaited.
import type { UndoRecord } from '../../core/event.ts';
import { messageOf, type Observation } from '../../core/failure.ts';
import { type Engine, inProject } from '../engine.ts';
import { createContext } from '../step/context.ts';
import type { ResolvedProbe, Surroundings } from '../step/resolved.ts';
import { StepError, type StepType } from '../step-type.ts';
import { askOnce, type Look, type Question, question } from './look.ts';
import { type WaitResult, waitUntil } from './wait.ts';

/** Once; empty when nothing is there to ask. */
export const absence = async (
  engine: Engine,
  undo: UndoRecord | undefined,
  since = engine.host.clock.monotonic(),
): Promise<readonly Observation[]> => {
  const looks = await askOnce(undo ? questionsOf(engine, undo) : [], since);
  return looks.map(({ observation }) => observation);
};

/** Until all say so, each within its own time; what nothing can prove counts as gone once its undo went well. */
export const awaitAbsence = (engine: Engine, undo: UndoRecord): Promise<Pick<WaitResult, 'holds' | 'observations'>> => {
  const { clock } = engine.host;
  const questions = questionsOf(engine, undo);
  const unproved = { probe: 'gone', holds: true, saw: 'its undo succeeded; nothing is there to prove it by' };
  if (questions.length === 0) return Promise.resolve({ holds: true, observations: [unproved] });
  return waitUntil(questions, {
    pace: engine.pace,
    clock,
    signal: engine.stop.signal,
    since: clock.monotonic(),
    onLooked: () => {},
  });
};

const usualMs = 30_000;

const questionsOf = (engine: Engine, undo: UndoRecord): readonly Question[] => {
  const around = { surroundings: surroundingsOf(engine, undo), scope: engine.scope, signal: engine.stop.signal };
  const probes = (undo.absent as readonly ResolvedProbe[]).map((probe) => question(engine, probe, around, usualMs));
  const name = undo.action['undoOf'];
  if (typeof name !== 'string') return probes;
  const type = engine.registry.steps.get(name);
  // A type that is not there any more can not say that all is well.
  if (type && !type.absent) return probes;
  const ask = async (since: number): Promise<Look> => ({
    observation: await typeAbsence(engine, undo, { name, since }),
  });
  return [{ withinMs: usualMs, forMs: 0, staysMs: 0, ask }, ...probes];
};

/** The place, folder and environment it was made in. */
export const surroundingsOf = (engine: Engine, { action }: UndoRecord): Surroundings => ({
  env: { ...engine.env, ...(action['env'] as Record<string, string> | undefined) },
  cwd: inProject(engine, typeof action['cwd'] === 'string' ? action['cwd'] : ''),
  ...(typeof action['on'] === 'string' && { on: action['on'] }),
});

/** @throws StepError when the type is gone, or takes another input now. */
export const typedUndo = (engine: Engine, name: string, given: unknown): { type: StepType; input: unknown } => {
  const type = engine.registry.steps.get(name);
  if (!type) throw new StepError(`there is no step type ${name} any more, so what it made can't be undone by it`);
  const parsed = type.input.safeParse(given);
  if (parsed.success) return { type, input: parsed.data };
  const [issue] = parsed.error.issues;
  throw new StepError(
    `${name} takes another input now than when it was used: ${issue?.path.join('.')}: ${issue?.message}`,
  );
};

const typeAbsence = async (
  engine: Engine,
  undo: UndoRecord,
  { name, since }: { readonly name: string; readonly since: number },
): Promise<Observation> => {
  const probe = `${name} is gone`;
  const { text } = engine.masker;
  try {
    const { type, input } = typedUndo(engine, name, undo.action['with']);
    const surroundings = surroundingsOf(engine, undo);
    const context = createContext(engine, { surroundings, freshSince: since, signal: engine.stop.signal });
    const { holds, saw } = (await type.absent?.(input, context)) ?? { holds: false, saw: 'it can not tell' };
    return { probe, holds, saw: text(saw) };
  } catch (error) {
    const saw = text(messageOf(error));
    return { probe, holds: false, saw, error: saw };
  }
};
