// Builds what a step type or a probe may use: commands in the right place, folder and environment, with their output logged.
import { guarded, keptText } from '../../core/printed.ts';
import { quoteCommand } from '../../core/quote.ts';
import { evaluateCondition, resolveValue, textOf } from '../../core/template.ts';
import type { Engine } from '../engine.ts';
import type { CommandRequest, CommandResult } from '../ports.ts';
import { type CommandOptions, type StepContext, StepError } from '../step-type.ts';
import { resolveProbe } from './resolve.ts';
import type { Surroundings } from './resolved.ts';

export interface ContextSettings {
  readonly surroundings: Surroundings;
  readonly signal: AbortSignal;
  /** Monotonic milliseconds from which answers count. */
  readonly freshSince: number;
  /** Where output goes; looks have none. */
  readonly onOutput?: CommandRequest['onOutput'];
  readonly leftOutput?: CommandRequest['leftOutput'];
  readonly onSpawn?: CommandRequest['onSpawn'];
  readonly timeoutMs?: number;
  readonly graceMs?: number;
  readonly onProgress?: (saw: string) => void;
  /** Set for actions, so that a later run finds a process that outlived its engine. */
  readonly tag?: SpawnTag;
}

export interface SpawnTag {
  readonly step: string;
  /** Of an undo: the run that takes away, and what. */
  readonly undone?: string;
  /** How many processes of the attempt were announced by `onSpawn` so far. */
  announced(): number;
}

export const tagVariable = 'LAB_STEP';
/** The value of that for an action of a step. */
export const actionTag = (run: string, address: string): string => `${run}/${address}`;
/** The value of that for whatever takes something away: one run at a time has the state folder. */
export const undoTag = ({ stateDir }: Engine): string => `undo/${stateDir}`;
/** Of an undo, by which run and of what: `RUN/ADDRESS`. */
export const undoneVariable = 'LAB_UNDO';
/** The number of the process within its attempt; the one that was not recorded before a crash has a higher one than all that were. */
export const numberVariable = 'LAB_SPAWN';
/** Follows the number of what was started to leave something running: its being alive does not mean that the action goes on. */
export const launcherMark = ' launcher';

export const createContext = (engine: Engine, settings: ContextSettings): StepContext => {
  const { surroundings, signal, freshSince } = settings;
  const context: StepContext = {
    host: engine.host,
    signal,
    ...(settings.timeoutMs !== undefined && { timeoutMs: settings.timeoutMs }),
    env: surroundings.env,
    cwd: surroundings.cwd,
    projectDir: engine.projectDir,
    stateDir: engine.stateDir,
    model: engine.model,
    closing: () => createContext(engine, { ...settings, signal: new AbortController().signal }),
    consent: (question) => engine.consent(question),
    shared: (key, ask) => engine.shared.ask(key, freshSince, ask),
    log: (line) => {
      Promise.resolve(settings.onOutput?.('stdout', new TextEncoder().encode(`${line}\n`))).catch(() => {
        // The log keeps its error and tells it when it is closed.
      });
    },
    progress: (saw) => settings.onProgress?.(saw),
    command: async (argv, options = {}) => {
      const place = options.here === true ? undefined : (options.at ?? surroundings.on);
      const prefix = place === undefined ? [] : await enterCommand(engine, place, settings);
      const result = await engine.host.command({ argv: [...prefix, ...argv], ...commandSettings(settings, options) });
      const refuse = (reason: string): StepError =>
        new StepError(`${argv[0]}: ${reason}`, { command: quoteCommand(argv) });
      return guarded(result, { keepBytes: options.keepBytes, refuse });
    },
    must: async (argv, options) => {
      const result = await context.command(argv, options);
      if (result.ended === 'exit' && result.exitCode === 0) return result;
      throw commandError(argv, result);
    },
  };
  return context;
};

/** The surroundings of an action or look as the host wants them. */
export const commandSettings = (
  settings: ContextSettings,
  options: CommandOptions = {},
): Omit<CommandRequest, 'argv'> => {
  const { surroundings, signal, onSpawn, graceMs, tag, leftOutput } = settings;
  const timeoutMs = options.timeoutMs ?? settings.timeoutMs;
  const onOutput = options.quiet === true ? undefined : settings.onOutput;
  return {
    env: { ...surroundings.env, ...options.env, ...(tag && tagged(tag, options.background === true)) },
    cwd: options.cwd ?? surroundings.cwd,
    signal,
    ...(options.stdin !== undefined && { stdin: options.stdin }),
    ...(options.keepBytes !== undefined && { keepBytes: options.keepBytes }),
    ...(options.background !== undefined && { background: options.background }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(graceMs !== undefined && { graceMs }),
    ...(onOutput && { onOutput }),
    ...(leftOutput && { leftOutput: options.quiet === true ? async () => '/dev/null' : leftOutput }),
    ...(onSpawn && { onSpawn }),
  };
};

const tagged = (tag: SpawnTag, launches: boolean): Record<string, string> => ({
  [tagVariable]: tag.step,
  ...(tag.undone !== undefined && { [undoneVariable]: tag.undone }),
  [numberVariable]: `${tag.announced() + 1}${launches ? launcherMark : ''}`,
});

/** What stands before a command so that it runs in a place. @throws StepError when the place is unknown or can't be entered. */
export const enterCommand = async (
  engine: Engine,
  place: string,
  settings: Pick<ContextSettings, 'signal' | 'freshSince' | 'surroundings'>,
  form: 'command' | 'interactive' = 'command',
): Promise<readonly string[]> => {
  const enter = engine.enter;
  if (!enter) throw new StepError(`this variant has no places to enter, so nothing can run on ${place}`);
  const places = resolveValue(enter.places, engine.scope) as readonly { name?: unknown }[];
  const found = places.find((each) => textOf(each.name) === place);
  if (!found)
    throw new StepError(`there is no place ${place}; there are ${places.map((each) => textOf(each.name)).join(', ')}`);
  const values: Record<string, unknown> = { place: found };
  for (const [name, spec] of Object.entries(enter.let ?? {})) {
    const probe = resolveProbe(spec, { ...engine.scope, ...values });
    const type = engine.registry.probes.get(probe.kind);
    if (!type) throw new StepError(`there is no probe ${probe.kind}`);
    const bare = { ...settings, surroundings: { env: settings.surroundings.env, cwd: settings.surroundings.cwd } };
    const seen = await type.look(type.input.parse(probe.input), createContext(engine, bare));
    const holds =
      probe.expect === undefined ? seen.holds : evaluateCondition(probe.expect, { ...engine.scope, ...seen.values });
    if (!holds) throw new StepError(`${place} can't be entered: ${probe.name ?? name}: ${seen.saw}`);
    values[name] = seen.values;
  }
  const template = form === 'interactive' ? (enter.interactive ?? enter.command) : enter.command;
  const parts = resolveValue(template, { ...engine.scope, ...values }) as unknown[];
  // An expression that yields a list stands for that many arguments.
  return parts.flatMap((part) => (Array.isArray(part) ? part.map(textOf) : [textOf(part)]));
};

/** The error of a command that did not exit 0. */
export const commandError = (argv: readonly string[], result: CommandResult): StepError => {
  const command = quoteCommand(argv);
  const tail = tailOf(result);
  if (result.ended === 'spawn-failed') {
    return new StepError(`${argv[0]} could not be started: ${result.error?.message ?? 'unknown reason'}`, {
      command,
      tail,
    });
  }
  if (result.ended === 'timeout') return new StepError(`the command took longer than it may`, { command, tail });
  const how = result.signal === null ? `exit ${result.exitCode}` : `signal ${result.signal}`;
  const [last] = tail.slice(-1);
  return new StepError(last === undefined ? how : `${how}: ${last}`, {
    command,
    tail,
    ...(result.exitCode !== null && { exitCode: result.exitCode }),
  });
};

/** The last lines a person wants to see of a failed command. */
export const tailOf = (result: CommandResult, lines = 12): readonly string[] => {
  const stderr = keptText(result, 'stderr');
  const text = stderr.trim() === '' ? keptText(result, 'stdout') : stderr;
  return text
    .trimEnd()
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(-lines)
    .map((line) => line.slice(0, 500));
};
