// The outputs of a step: computed from what its action said, looked up again without running it, and fit for the journal.
import { ExpressionError, type Scope } from '../../core/expression.ts';
import type { Failure } from '../../core/failure.ts';
import { canonical } from '../../core/fingerprint.ts';
import type { Masker } from '../../core/mask.ts';
import { pattern } from '../../core/pattern.ts';
import { isDone, type StepState } from '../../core/run-state.ts';
import { evaluate } from '../../core/template.ts';
import { Uncomputable } from '../../core/uncomputable.ts';
import type { StepSpec } from '../../core/workflow.ts';
import type { ResolvedStep } from '../step/resolved.ts';
import { StepError } from '../step-type.ts';
import { type Look, outputsIn } from './look.ts';

type Outputs = Readonly<Record<string, unknown>>;

/** What a step's `outputs` say, read from the values of a command that ended or from the `result` of a step type. */
export const declaredOutputs = ({ spec }: ResolvedStep, scope: Scope): { outputs: Outputs } | { failure: Failure } => {
  const outputs: Record<string, unknown> = {};
  for (const [name, source] of Object.entries(spec.outputs ?? {})) {
    try {
      outputs[name] = read(source, scope);
    } catch (error) {
      if (!(error instanceof ExpressionError || error instanceof StepError)) throw error;
      return { failure: { kind: 'output', name, message: error.message } };
    }
  }
  return { outputs };
};

/** Outputs without running: what checks say now, else what is remembered; undefined when some are missing. */
export const rememberedOutputs = (
  { spec, action }: ResolvedStep,
  { known, looks, scope }: { known: StepState | undefined; looks: readonly Look[]; scope: Scope },
): Outputs | undefined => {
  if (!spec.outputs && action?.kind !== 'uses' && !known?.withheld?.length) return known?.outputs ?? {};
  const result = action?.kind === 'uses' ? outputsIn(looks) : undefined;
  const now = result ? computable(spec, { ...scope, result }) : {};
  const outputs = { ...known?.outputs, ...result, ...now };
  // Of an attempt whose end nobody saw only a check can tell what it yielded.
  const yielded = action?.kind === 'uses' && !result && !isDone(known) ? Object.keys(action.type.outputs ?? {}) : [];
  const wanted = [...Object.keys(spec.outputs ?? {}), ...(known?.withheld ?? []), ...yielded];
  return wanted.every((name) => Object.hasOwn(outputs, name)) ? outputs : undefined;
};

/** The declared outputs that a check's answer is enough for. */
const computable = (spec: StepSpec, scope: Scope): Outputs => {
  const outputs: Record<string, unknown> = {};
  for (const [name, source] of Object.entries(spec.outputs ?? {})) {
    try {
      if (typeof source === 'string') outputs[name] = evaluate(source, scope);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error; // Only the action itself tells this one.
    }
  }
  return outputs;
};

/** Outputs as they may be kept: one that holds a secret is named only. */
export const withoutSecrets = (
  outputs: Outputs,
  masker: Masker,
): { outputs: Outputs; withheld?: readonly string[] } => {
  if (!masker.hides) return { outputs };
  const withheld = Object.keys(outputs).filter((name) => {
    const value = outputs[name];
    return canonical(masker.value(value)) !== canonical(value);
  });
  if (withheld.length === 0) return { outputs };
  return {
    outputs: Object.fromEntries(Object.entries(outputs).filter(([name]) => !withheld.includes(name))),
    withheld,
  };
};

type OutputSpec = NonNullable<StepSpec['outputs']>[string];

const read = (source: OutputSpec, scope: Scope): unknown => {
  if (typeof source === 'string') return evaluate(source, scope);
  const { regex, group, of = 'stdout' } = source;
  const text = scope[of];
  if (text instanceof Uncomputable) throw new StepError(text.reason);
  const { exec, groups } = pattern(regex, { lines: true });
  const match = exec(String(text ?? ''));
  const found = typeof group === 'string' ? match?.named[group] : match?.groups[group ?? Math.min(groups, 1)];
  if (found === undefined) throw new StepError(`nothing in ${of} matches ${regex}`);
  return found;
};
