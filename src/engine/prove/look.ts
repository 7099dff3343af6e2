// Looking at the world: one look of a probe, and waiting until all of a step's probes hold.
import * as z from 'zod';
import { ExpressionError, type Scope } from '../../core/expression.ts';
import { messageOf, type Observation } from '../../core/failure.ts';
import { keptText } from '../../core/printed.ts';
import { asBoolean, evaluate } from '../../core/template.ts';
import { abandoned } from '../bounded.ts';
import type { Engine } from '../engine.ts';
import type { CommandResult } from '../ports.ts';
import { createContext } from '../step/context.ts';
import type { ResolvedProbe, ResolvedStep, Surroundings } from '../step/resolved.ts';
import { type ProbeType, type StepContext, StepError } from '../step-type.ts';

/** One answer. */
export interface Look {
  readonly observation: Observation;
  /** What a step type's check says its outputs are. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** It does not hold, and looking again won't help: a program is not installed, a type or an input is wrong. */
  readonly final?: true;
}

/** A thing that can be asked whether it holds: a probe, or a step type's own check. */
export interface Question {
  readonly withinMs: number;
  readonly everyMs?: number;
  readonly forMs: number;
  readonly staysMs: number;
  ask(freshSince: number): Promise<Look>;
  /** What is another when the answer may have become another; undefined where that can't be told at a glance. */
  glance?(): string | undefined;
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
): Promise<Look> => {
  const { text } = engine.masker;
  const { timeoutMs } = probe;
  let name = probe.name ?? probe.kind;
  const failing = failures();
  const broken = (saw: string, error?: string): Observation => ({
    ...{ probe: text(name), holds: false, saw: text(saw) },
    ...(error !== undefined && { error: text(error) }),
    // Its remedy is for what does not hold, not for an answer that did not come.
    ...(probe.message !== undefined && !failing.late && { message: text(probe.message) }),
  });
  try {
    const { type, input } = typedProbe(engine, probe);
    name = probe.name ?? type.describe(input);
    const on = probe.on ?? surroundings.on;
    const around = { env: surroundings.env, cwd: surroundings.cwd, ...(on !== undefined && { on }) };
    const ask = (limited: AbortSignal) =>
      type.look(
        input,
        failing.watch(
          createContext(engine, { surroundings: around, freshSince, timeoutMs, graceMs: 200, signal: limited }),
        ),
      );
    const seen = await abandoned({ clock: engine.host.clock, signal, timeoutMs }, ask, () =>
      failing.tooLate(timeoutMs),
    );
    const { holds, error, final } = judged(probe, seen, scope);
    if (error !== undefined)
      return {
        observation: broken(`${seen.saw} (${error})`, error),
        ...((final || failing.missing) && { final: true }),
      };
    const data = seen.data === undefined ? {} : { data: engine.masker.value(seen.data) };
    const plain = holds ? { probe: text(name), holds, saw: text(seen.saw) } : broken(seen.saw);
    return { observation: { ...plain, ...data }, ...(!holds && failing.missing && { final: true }) };
  } catch (error) {
    const reason = reasonOf(error);
    return { observation: broken(reason, reason), ...(failing.areFinal(error) && { final: true }) };
  }
};

/** What one look met that says more than its answer: a program that is not installed, a limit that passed. */
interface Failures {
  readonly missing: boolean;
  readonly late: boolean;
  watch(context: StepContext): StepContext;
  tooLate(ms: number): StepError;
  /** Whether an error of the look stays what it is however often one looks. */
  areFinal(error: unknown): boolean;
}

const failures = (): Failures => {
  let [missing, late] = [false, false];
  return {
    get missing() {
      return missing;
    },
    get late() {
      return late;
    },
    watch: (context) => ({
      ...context,
      command: async (argv, options) => {
        const result = await context.command(argv, options);
        missing ||= isNotInstalled(result);
        late ||= result.ended === 'timeout';
        return result;
      },
    }),
    tooLate: (ms) => {
      late = true;
      return new StepError(`no answer within ${ms} ms`);
    },
    areFinal: (error) => missing || (error instanceof StepError && error.final) || error instanceof z.ZodError,
  };
};

interface TypedProbe {
  readonly type: ProbeType;
  readonly input: unknown;
}

/** By the resolved probe, which is looked with again and again while something is waited for. */
const typedProbes = new WeakMap<ResolvedProbe, TypedProbe>();

const typedProbe = (engine: Engine, probe: ResolvedProbe): TypedProbe => {
  const known = typedProbes.get(probe);
  const type = engine.registry.probes.get(probe.kind);
  if (!type) throw new StepError(`there is no probe ${probe.kind}`, { final: true });
  if (known?.type === type) return known;
  const typed = { type, input: type.input.parse(probe.input) };
  typedProbes.set(probe, typed);
  return typed;
};

const judged = (
  { expect, reads }: ResolvedProbe,
  seen: Awaited<ReturnType<ProbeType['look']>>,
  scope: Scope,
): { holds: boolean; error?: string; final?: boolean } => {
  if (expect === undefined) return { holds: seen.holds };
  let value: unknown = null;
  try {
    value = evaluate(expect, { ...scope, ...reads, ...seen.values });
    return { holds: asBoolean(value, expect) };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    // What is not there yet may become true or false; a text, a number, a list and a map never do.
    return { holds: false, error: `expect can't be computed: ${error.message}`, final: (value ?? null) !== null };
  }
};

/** A working folder that is not there has the same code, and may come yet. */
const isNotInstalled = (result: CommandResult): boolean => {
  const { ended, error, exitCode } = result;
  return ended === 'spawn-failed'
    ? error?.code === 'ENOENT' && /^(?:command not found|no such program)/.test(error.message)
    : exitCode !== 0 &&
        (missingInside.test(keptText(result, 'stderr')) || missingInContainer.test(keptText(result, 'stdout')));
};

/** Docker prints it where the command would have printed (seen with 20.10.24). */
const missingInContainer = /^OCI runtime exec failed: .*: executable file not found in \$PATH/;

/** How kubectl exec, nsenter and `ip netns exec` say that the place they entered lacks the program. */
const missingInside =
  /: executable file not found in \$PATH|^nsenter: failed to execute .*: No such file or directory|^exec of ".*" failed: No such file or directory/m;

const reasonOf = (error: unknown): string => {
  if (error instanceof StepError) return error.message;
  if (error instanceof z.ZodError)
    return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  return messageOf(error);
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
  glance: () => glanceOf(engine, probe, around),
});

/** Undefined until it was looked with, and where its type can't tell. */
const glanceOf = (engine: Engine, probe: ResolvedProbe, { surroundings: { cwd } }: Surround): string | undefined => {
  const { host, projectDir } = engine;
  const typed = typedProbes.get(probe);
  try {
    return typed?.type.glance?.(typed.input, { host, cwd, projectDir });
  } catch {
    return undefined; // A look says what is wrong.
  }
};

const checkMs = 60_000;

const checkQuestion = (
  engine: Engine,
  { action, name }: ResolvedStep,
  { surroundings, signal }: Surround,
): Question | undefined => {
  if (action?.kind !== 'uses' || !action.type.check) return undefined;
  const { type, input } = action;
  const { text } = engine.masker;
  const ask = async (freshSince: number): Promise<Look> => {
    const failing = failures();
    const check = async (limited: AbortSignal) =>
      type.check?.(
        input,
        failing.watch(createContext(engine, { surroundings, freshSince, signal: limited, graceMs: 200 })),
      );
    try {
      const limits = { clock: engine.host.clock, signal, timeoutMs: checkMs };
      const seen = await abandoned(limits, check, () => failing.tooLate(checkMs));
      const { holds, saw, outputs } = seen ?? { holds: false, saw: 'no check' };
      const final = !holds && failing.missing && { final: true as const };
      return { observation: { probe: name, holds, saw: text(saw) }, ...(outputs && { outputs }), ...final };
    } catch (error) {
      const reason = text(reasonOf(error));
      const final = failing.areFinal(error) && { final: true as const };
      return { observation: { probe: name, holds: false, saw: reason, error: reason }, ...final };
    }
  };
  return {
    ...{ withinMs: 30_000, forMs: 0, staysMs: 0 },
    ask: (freshSince) => engine.limits.looks.run(() => ask(freshSince)),
  };
};

/** All asked once, side by side. */
export const askOnce = (questions: readonly Question[], freshSince: number): Promise<readonly Look[]> =>
  Promise.all(questions.map((each) => each.ask(freshSince)));

/** What checks among these looks said of outputs. */
export const outputsIn = (looks: readonly Look[]): Readonly<Record<string, unknown>> | undefined =>
  looks.find((each) => each.outputs !== undefined)?.outputs;
