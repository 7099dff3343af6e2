// Takes one thing away by what was recorded when it was made, and proves that it is gone.
import type { EventOf, UndoRecord } from '../../core/event.ts';
import type { Failure, Observation } from '../../core/failure.ts';
import type { Holding } from '../../core/holdings.ts';
import { bounded } from '../bounded.ts';
import { type Engine, elapsed, internalFailure } from '../engine.ts';
import { absence, awaitAbsence, surroundingsOf, typedUndo } from '../prove/absence.ts';
import { actionTag, commandError, commandSettings, createContext, enterCommand, undoTag } from '../step/context.ts';
import { revealSecrets } from '../step/secret-book.ts';
import { StepError } from '../step-type.ts';

/** An undo, and of what. */
type Named = UndoRecord & { readonly address: string };

interface Removal {
  readonly outcome: EventOf<'step.undone'>['outcome'];
  readonly evidence: readonly Observation[];
  readonly failure?: Failure | undefined;
}

/** Undoes one thing by its own undo, whatever contains it. True when it is gone. */
export const undoOne = async (engine: Engine, holding: Holding): Promise<boolean> => {
  const start = engine.host.clock.monotonic();
  const { removal, masker } = await remove(engine, holding);
  const { outcome, evidence, failure } = removal;
  await engine.emit({
    ...{ type: 'step.undone', ...namesOf(holding), outcome },
    evidence: masker.value(evidence),
    durationMs: elapsed(engine.host.clock, start),
    ...(failure && { failure: masker.value(failure) }),
  });
  return outcome !== 'failed';
};

/** By what the record that is gone is known. */
export const namesOf = ({ address, created, run, seq, earlier }: Holding) => ({
  ...{ address, created },
  ...(run !== undefined && { made: { run, seq } }),
  ...(earlier && { earlier }),
});

const remove = async (
  engine: Engine,
  { address, undo: recorded }: Holding,
): Promise<{ removal: Removal; masker: Engine['masker'] }> => {
  const failed = (failure: Failure, evidence: readonly Observation[] = []): Removal => ({
    outcome: 'failed',
    evidence,
    failure,
  });
  if (!recorded) {
    const message = 'nothing says how to take it away: the step has no undo';
    return { removal: failed({ kind: 'step-type', uses: 'undo', message, tail: [] }), masker: engine.masker };
  }
  try {
    const { undo, masker } = await revealSecrets(engine, recorded);
    return { removal: await carryOut({ ...engine, masker }, { ...undo, address }, failed), masker };
  } catch (error) {
    return { removal: failed(failureOf(engine, recorded, error)), masker: engine.masker };
  }
};

const carryOut = async (
  engine: Engine,
  undo: Named,
  failed: (failure: Failure, evidence: readonly Observation[]) => Removal,
): Promise<Removal> => {
  const start = engine.host.clock.monotonic();
  const before = await absence(engine, undo);
  if (before.length > 0 && before.every((each) => each.holds)) return { outcome: 'absent', evidence: before };
  const failure = await act(engine, undo);
  if (failure) return failed(failure, before);
  const { holds, observations } = await awaitAbsence(engine, undo);
  if (holds) return { outcome: 'removed', evidence: observations };
  const waitedMs = engine.host.clock.monotonic() - start;
  const present = observations.filter((each) => !each.holds);
  return failed({ kind: 'health', observations: present, waitedMs }, observations);
};

const act = async (engine: Engine, undo: Named): Promise<Failure | undefined> => {
  const { clock } = engine.host;
  const { timeoutMs } = undo;
  const limits = { clock, signal: engine.stop.signal, timeoutMs };
  return bounded(limits, async ({ signal, isLate }) => {
    try {
      await perform(engine, undo, signal);
      return undefined;
    } catch (error) {
      const failure = failureOf(engine, undo, error);
      if (!isLate() || timeoutMs === undefined) return failure;
      const tail = 'tail' in failure ? failure.tail : [];
      const command = ('command' in failure ? failure.command : undefined) ?? nameOf(undo);
      return { kind: 'timeout', afterMs: timeoutMs, command, tail };
    }
  });
};

const perform = async (engine: Engine, undo: Named, signal: AbortSignal): Promise<void> => {
  const { action } = undo;
  const settings = {
    ...{ surroundings: surroundingsOf(engine, undo), signal, freshSince: engine.host.clock.monotonic() },
    tag: { step: undoTag(engine), undone: actionTag(engine.run, undo.address), announced: () => 0 },
  };
  const context = createContext(engine, settings);
  if (typeof action['undoOf'] === 'string') {
    const { type, input } = typedUndo(engine, action['undoOf'], action['with']);
    await type.undo?.(input, context);
  } else if (typeof action['uses'] === 'string') {
    const { type, input } = typedUndo(engine, action['uses'], action['with'] ?? {});
    await type.run(input, context);
  } else {
    const on = settings.surroundings.on;
    const prefix = on === undefined ? [] : await enterCommand(engine, on, settings);
    const argv = [...prefix, ...commandOf(action)];
    const stdin = typeof action['stdin'] === 'string' ? { stdin: action['stdin'] } : {};
    const result = await engine.host.command({ argv, ...commandSettings(settings), ...stdin });
    if (result.ended !== 'exit' || result.exitCode !== 0) throw commandError(argv, result);
  }
};

const commandOf = (action: UndoRecord['action']): readonly string[] =>
  Array.isArray(action['run'])
    ? action['run'].map(String)
    : ['bash', '-o', 'pipefail', '-euc', String(action['shell'] ?? ':')];

const nameOf = ({ action }: UndoRecord): string => String(action['undoOf'] ?? action['uses'] ?? 'undo');

/** Whatever goes wrong with one thing, the others are still taken away. */
const failureOf = (engine: Engine, undo: UndoRecord, error: unknown): Failure => {
  const { text } = engine.masker;
  if (!(error instanceof StepError)) return internalFailure(error, engine.masker);
  return {
    ...{ kind: 'step-type', uses: nameOf(undo), message: text(error.message), tail: error.tail.map(text) },
    ...(error.command !== undefined && { command: text(error.command) }),
  };
};
