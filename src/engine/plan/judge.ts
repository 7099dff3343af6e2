// What is to be done about a unit, and why: the one judgement that plan, resume and run share. It looks and changes nothing.
import type { Applied } from '../../core/event.ts';
import { ExpressionError, type Scope } from '../../core/expression.ts';
import type { Failure, Observation } from '../../core/failure.ts';
import type { Change } from '../../core/fingerprint.ts';
import { isDone, type StepState } from '../../core/run-state.ts';
import { evaluateCondition } from '../../core/template.ts';
import { type Engine, internalFailure } from '../engine.ts';
import { askOnce, type Look, proofsOf, type Question, question } from '../prove/look.ts';
import { rememberedOutputs } from '../prove/outputs.ts';
import { changedSince, define } from '../step/definition.ts';
import { ResolutionError, resolveStep } from '../step/resolve.ts';
import type { ResolvedStep } from '../step/resolved.ts';
import type { Unit } from '../step/unit.ts';
import { StepError } from '../step-type.ts';

export interface Known extends StepState {
  /** True when it finished in the run that is being continued. */
  readonly inThisRun: boolean;
  /** The run it is known from. */
  readonly run?: string;
}

export interface Judgement {
  /** `wait`: nothing to do but to wait for its health. */
  readonly verdict: 'keep' | 'run' | 'wait' | 'skip' | 'fail';
  readonly reason: string;
  readonly evidence: readonly Observation[];
  readonly changes: readonly Change[];
  readonly resolved?: ResolvedStep;
  readonly fingerprint?: string;
  readonly definition?: unknown;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly failure?: Failure;
}

export interface Case {
  readonly unit: Unit;
  readonly known: Known | undefined;
  readonly scope: Scope;
  /** Monotonic milliseconds from which looks must be fresh. */
  readonly freshSince: number;
  /** Why it must run whatever the world looks like. */
  readonly redo?: string | undefined;
  /** Only whether its world is as it left it counts, not whether a run would do it again all the same. */
  readonly standing?: boolean;
  /** A person's word that it holds: nothing is looked at then. */
  readonly assume?: string | undefined;
}

/** Never rejects: what can't be judged fails, and says why. */
export const judge = async (engine: Engine, item: Case): Promise<Judgement> => {
  const { unit, scope } = item;
  try {
    if (unit.step.if !== undefined && !evaluateCondition(unit.step.if, scope))
      return { ...nothing, verdict: 'skip', reason: `its if is false: ${unit.step.if}` };
    const resolved = resolveStep(unit.step, engine, scope);
    return await judgeDefined(engine, item, { resolved, defined: await define(engine, resolved) });
  } catch (error) {
    return unjudged(engine, item, error);
  }
};

const unjudged = (engine: Engine, item: Case, error: unknown): Judgement => {
  if (item.assume !== undefined) return { ...nothing, ...assumed(item) };
  const failure = failureOf(engine, error, item.unit.address);
  return { ...nothing, verdict: 'fail', reason: failure.message, failure };
};

const nothing = { evidence: [], changes: [] } as const;

const assumed = ({ assume, known }: Case) =>
  ({ verdict: 'keep', reason: `assumed: ${assume}`, outputs: known?.outputs ?? {} }) as const;

interface Defined {
  readonly resolved: ResolvedStep;
  readonly defined: Required<Applied>;
}

const judgeDefined = async (engine: Engine, item: Case, { resolved, defined }: Defined): Promise<Judgement> => {
  const { known, redo, assume } = item;
  const base = () => ({ resolved, ...nothing, ...defined });
  if (assume !== undefined) return { ...base(), ...assumed(item) };
  if (redo !== undefined) return { ...base(), verdict: 'run', reason: redo };
  const changed = resolved.action && changedSince(known, defined);
  if (changed) return { ...base(), verdict: 'run', ...changed };
  const { fingerprint } = defined;
  // What is known already is not kept twice.
  const definition = known?.fingerprint === fingerprint ? (known.definition ?? defined.definition) : defined.definition;
  const { changes } = nothing;
  const { verdict, reason, evidence, outputs } = await judgeByWorld(engine, resolved, item);
  return { verdict, reason, evidence, changes, resolved, fingerprint, definition, ...(outputs && { outputs }) };
};

type Finding = Pick<Judgement, 'verdict' | 'reason' | 'evidence'> & {
  /** None of a step that stands and whose outputs nobody kept. */
  readonly outputs?: Judgement['outputs'] | undefined;
};

const judgeByWorld = async (engine: Engine, resolved: ResolvedStep, item: Case): Promise<Finding> => {
  const { scope, known, standing = false } = item;
  const around = { surroundings: resolved.surroundings, scope, signal: engine.stop.signal };
  const proofs = proofsOf(engine, resolved, around);
  const { satisfied } = resolved;
  const own = Array.isArray(satisfied) ? satisfied.map((probe) => question(engine, probe, around, 0)) : undefined;
  const asked = own ?? proofs;
  const isProvable = asked.length > 0;
  const unasked = reasonToRun(resolved, known, { isProvable, rebooted: isRebooted(engine, known), standing });
  if (unasked !== undefined) return { ...nothing, verdict: 'run', reason: unasked };
  return proofs.length === 0 && !own?.length
    ? foundBy([], resolved, item, false)
    : judgeByLooks({ doneness: asked, health: own && proofs }, resolved, item);
};

/** `health`: where "done" is another question. */
const judgeByLooks = async (
  asked: { readonly doneness: readonly Question[]; readonly health: readonly Question[] | undefined },
  resolved: ResolvedStep,
  item: Case,
): Promise<Finding> => {
  const doneness = await askOnce(asked.doneness, item.freshSince);
  const broken = brokenIn(doneness);
  if (broken) return { verdict: resolved.action ? 'run' : 'wait', reason: saying(broken), evidence: seenIn(doneness) };
  const looks = asked.health ? [...doneness, ...(await askOnce(asked.health, item.freshSince))] : doneness;
  return foundBy(looks, resolved, item, asked.doneness.length > 0);
};

/** From looks that say that it is done. */
const foundBy = (
  looks: readonly Look[],
  resolved: ResolvedStep,
  { known, scope, standing }: Case,
  isProved: boolean,
): Finding => {
  const evidence = seenIn(looks);
  const outputs = rememberedOutputs(resolved, { known, looks, scope });
  if (!outputs && standing !== true)
    return { verdict: 'run', reason: 'it holds, but its outputs are not known', evidence };
  // Done by its own measure; whether it is healthy too decides if it must be waited for.
  const sick = brokenIn(looks);
  if (sick) return { verdict: 'wait', reason: `done, but ${saying(sick)}`, evidence, outputs };
  const reason = isProved ? 'it holds' : 'it finished, and nothing is there to prove it by';
  return { verdict: 'keep', reason, evidence, outputs };
};

/** Why it runs whatever could be seen; undefined when what is seen decides. */
const reasonToRun = (
  { satisfied }: ResolvedStep,
  known: Known | undefined,
  { isProvable, rebooted, standing }: Readonly<Record<'isProvable' | 'rebooted' | 'standing', boolean>>,
): string | undefined => {
  const done = isDone(known);
  if (standing && (isProvable || (satisfied === 'never' && done))) return undefined;
  if (satisfied === 'once') return done ? undefined : 'it has not run yet';
  if (done && known?.inThisRun === true && !rebooted) return undefined;
  if (satisfied === 'never') return 'it always runs';
  if (isProvable) return undefined;
  if (rebooted) return 'the machine was started anew since, and nothing proves that it still holds';
  return known ? 'nothing proves that it still holds' : 'nothing proves that it is done';
};

const isRebooted = ({ host }: Engine, known: Known | undefined): boolean =>
  known?.bootId !== undefined && known.bootId !== host.self().bootId;

const seenIn = (looks: readonly Look[]): readonly Observation[] => looks.map(({ observation }) => observation);
const brokenIn = (looks: readonly Look[]): Observation | undefined => seenIn(looks).find((each) => !each.holds);
const saying = ({ probe, saw }: Observation): string => `${probe}: ${saw}`;

type Told = Extract<Failure, { kind: 'expression' | 'internal' }>;

const failureOf = (engine: Engine, error: unknown, where: string): Told => {
  const { text } = engine.masker;
  if (error instanceof ExpressionError)
    return { kind: 'expression', where, source: text(error.source), message: text(error.message) };
  if (error instanceof ResolutionError || error instanceof StepError)
    return { kind: 'expression', where, source: '', message: text(error.message) };
  return internalFailure(error, engine.masker);
};
