// Takes away what was made, newest first, from what was recorded when it was made; and proves that it is gone.
import type { UndoRecord } from '../core/event.ts';
import type { Failure } from '../core/failure.ts';
import type { Observation } from '../core/observation.ts';
import type { Holding } from '../core/run-state.ts';
import { commandSettings, createContext, enterCommand, tailOf } from './context.ts';
import type { Engine } from './engine.ts';
import { look } from './look.ts';
import { quoteCommand } from './quote.ts';
import type { ResolvedProbe, Surroundings } from './resolved.ts';
import { type StepContext, StepError, type StepType } from './step-type.ts';
import { waitUntil } from './wait.ts';

/** Undoes all; returns the addresses that could not be undone. */
export const undoAll = async (engine: Engine, holdings: readonly Holding[]): Promise<readonly string[]> => {
  const contained = holdings.filter((each) => isContained(each, holdings));
  const failures: string[] = [];
  for (const holding of [...holdings].sort((a, b) => b.at - a.at || b.seq - a.seq)) {
    if (contained.includes(holding)) continue;
    if (engine.stop.stage !== undefined || !(await undoOne(engine, holding))) failures.push(holding.address);
  }
  const left = new Set(failures);
  // One look serves all that went with what held them.
  const since = engine.host.clock.monotonic();
  const gone = await Promise.all(
    contained.map(async (each) => {
      const containerLeft = holdings.some((other) => left.has(other.address) && holds(other, each));
      return containerLeft || !(await proveContained(engine, each, since)) ? each.address : undefined;
    }),
  );
  return [...failures, ...gone.filter((each) => each !== undefined)];
};

/** Undoes one thing by its own undo, whatever contains it. True when it is gone. */
export const undoOne = async (engine: Engine, holding: Holding): Promise<boolean> => {
  const start = engine.host.clock.monotonic();
  const before = await absence(engine, holding.undo);
  const wasGone = before.length > 0 && before.every((each) => each.holds);
  const failure = wasGone ? undefined : await perform(engine, holding.undo);
  const proof =
    failure || wasGone ? { holds: wasGone, observations: before } : await awaitAbsence(engine, holding.undo);
  const outcome = !proof.holds ? 'failed' : wasGone ? 'absent' : 'removed';
  const left: Failure | undefined =
    proof.holds || failure
      ? failure
      : {
          kind: 'health',
          observations: proof.observations.filter((each) => !each.holds),
          waitedMs: engine.host.clock.monotonic() - start,
        };
  await engine.emit({
    ...{
      type: 'step.undone',
      address: holding.address,
      created: holding.created,
      outcome,
      evidence: proof.observations,
    },
    durationMs: engine.host.clock.monotonic() - start,
    ...(left && { failure: left }),
  });
  return outcome !== 'failed';
};

const isContained = (holding: Holding, all: readonly Holding[]): boolean =>
  all.some((other) => other !== holding && holds(other, holding));

const holds = (outer: Holding, inner: Holding): boolean =>
  inner.created.length > 0 &&
  inner.created.every(({ within }) => outer.created.some(({ kind, name }) => within === `${kind}/${name}`));

const proveContained = async (engine: Engine, holding: Holding, since: number): Promise<boolean> => {
  const start = engine.host.clock.monotonic();
  const evidence = await absence(engine, holding.undo, since);
  if (evidence.some((each) => !each.holds)) return undoOne(engine, holding);
  await engine.emit({
    type: 'step.undone',
    address: holding.address,
    created: holding.created,
    outcome: 'contained',
    evidence,
    durationMs: engine.host.clock.monotonic() - start,
  });
  return true;
};

const perform = async (engine: Engine, undo: UndoRecord | undefined): Promise<Failure | undefined> => {
  if (!undo)
    return {
      kind: 'step-type',
      uses: 'undo',
      message: 'nothing says how to take it away: the step has no undo',
      tail: [],
    };
  const { action } = undo;
  const settings = settingsOf(engine, undo);
  try {
    if (typeof action['undoOf'] === 'string') {
      const { type, input } = typed(engine, action['undoOf'], action['with']);
      await type.undo?.(input, createContext(engine, settings));
    } else if (typeof action['uses'] === 'string') {
      const { type, input } = typed(engine, action['uses'], action['with'] ?? {});
      await type.run(input, createContext(engine, settings));
    } else await performCommand(engine, action, settings);
    return undefined;
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const uses = String(action['undoOf'] ?? action['uses'] ?? 'undo');
    return {
      kind: 'step-type',
      uses,
      message: error.message,
      tail: error.tail,
      ...(error.command !== undefined && { command: error.command }),
    };
  }
};

const performCommand = async (engine: Engine, action: UndoRecord['action'], settings: Settings): Promise<void> => {
  const on = settings.surroundings.on;
  const prefix = on === undefined ? [] : await enterCommand(engine, on, settings);
  const own = Array.isArray(action['run'])
    ? action['run'].map(String)
    : ['bash', '-o', 'pipefail', '-euc', String(action['shell'] ?? ':')];
  const argv = [...prefix, ...own];
  const stdin = typeof action['stdin'] === 'string' ? { stdin: action['stdin'] } : {};
  const result = await engine.host.command({ argv, ...commandSettings(settings), ...stdin });
  if (result.exitCode === 0) return;
  throw new StepError(`exit ${result.exitCode ?? result.signal ?? result.error?.code}`, {
    command: quoteCommand(argv),
    tail: tailOf(result),
  });
};

type Settings = Parameters<typeof createContext>[1];

const settingsOf = (engine: Engine, undo: UndoRecord): Settings => ({
  surroundings: surroundingsOf(engine, undo),
  signal:
    undo.timeoutMs === undefined
      ? engine.stop.signal
      : AbortSignal.any([engine.stop.signal, AbortSignal.timeout(undo.timeoutMs)]),
  freshSince: engine.host.clock.monotonic(),
  ...(undo.timeoutMs !== undefined && { timeoutMs: undo.timeoutMs }),
});

const surroundingsOf = (engine: Engine, { action }: UndoRecord): Surroundings => ({
  env: { ...engine.env, ...(action['env'] as Record<string, string> | undefined) },
  cwd: typeof action['cwd'] === 'string' ? `${engine.projectDir}/${action['cwd']}` : engine.projectDir,
  ...(typeof action['on'] === 'string' && { on: action['on'] }),
});

const typed = (engine: Engine, name: string, input: unknown): { type: StepType; input: unknown } => {
  const type = engine.registry.steps.get(name);
  if (!type) throw new StepError(`there is no step type ${name} any more, so what it made can't be undone by it`);
  return { type, input: type.input.parse(input) };
};

/** What is seen of its absence, asked once. */
export const absence = async (
  engine: Engine,
  undo: UndoRecord | undefined,
  since = engine.host.clock.monotonic(),
): Promise<readonly Observation[]> => {
  if (!undo) return [];
  return Promise.all([...typeAbsence(engine, undo, since), ...probeAbsence(engine, undo, since)]);
};

const typeAbsence = (engine: Engine, undo: UndoRecord, since: number): Promise<Observation>[] => {
  const name = undo.action['undoOf'];
  if (typeof name !== 'string') return [];
  const context: StepContext = createContext(engine, { ...settingsOf(engine, undo), freshSince: since });
  const ask = async (): Promise<Observation> => {
    try {
      const { type, input } = typed(engine, name, undo.action['with']);
      const seen = type.absent ? await type.absent(input, context) : undefined;
      return { probe: `${name} is gone`, holds: seen?.holds ?? false, saw: seen?.saw ?? 'not asked' };
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      return { probe: `${name} is gone`, holds: false, saw: error.message, error: error.message };
    }
  };
  return [ask()];
};

const probeAbsence = (engine: Engine, undo: UndoRecord, since: number): Promise<Observation>[] =>
  (undo.absent as readonly ResolvedProbe[]).map((probe) =>
    look(
      engine,
      probe,
      { surroundings: surroundingsOf(engine, undo), scope: engine.scope, signal: engine.stop.signal },
      since,
    ),
  );

const awaitAbsence = async (
  engine: Engine,
  undo: UndoRecord | undefined,
): Promise<{ holds: boolean; observations: readonly Observation[] }> => {
  if (!undo) return { holds: true, observations: [] };
  const ask = async (): Promise<Observation> => {
    const seen = await absence(engine, undo);
    return (
      seen.find((each) => !each.holds) ??
      seen[0] ?? { probe: 'gone', holds: true, saw: 'its undo succeeded; nothing is there to prove it by' }
    );
  };
  const { clock } = engine.host;
  const question = { withinMs: 30_000, forMs: 0, staysMs: 0, ask };
  return waitUntil([question], { clock, signal: engine.stop.signal, since: clock.monotonic(), onLooked: () => {} });
};
