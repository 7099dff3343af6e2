// What is to be done about a unit, and why: the one judgement that plan, resume and run share. It looks and changes nothing.
import { createHash } from 'node:crypto';
import { ExpressionError, type Scope } from '../core/expression.ts';
import type { Failure } from '../core/failure.ts';
import { type Change, canonical, changes } from '../core/fingerprint.ts';
import type { Observation } from '../core/observation.ts';
import type { StepState } from '../core/run-state.ts';
import { evaluate } from '../core/template.ts';
import type { Engine } from './engine.ts';
import { askOnce, proofsOf, question } from './look.ts';
import { ResolutionError, resolveStep } from './resolve.ts';
import type { ResolvedStep } from './resolved.ts';
import { StepError } from './step-type.ts';
import type { Unit } from './unit.ts';

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
}

export const judge = async (engine: Engine, item: Case): Promise<Judgement> => {
  const { unit, known, scope, redo } = item;
  try {
    if (unit.step.if !== undefined && evaluate(unit.step.if, scope) !== true)
      return { ...nothing, verdict: 'skip', reason: `its if is false: ${unit.step.if}` };
    const resolved = resolveStep(unit.step, engine, scope);
    const definition = engine.masker.value(await definitionOf(engine, resolved));
    const fingerprint = createHash('sha256').update(canonical(definition)).digest('hex').slice(0, 16);
    const base = { ...nothing, resolved, definition, fingerprint };
    if (redo !== undefined) return { ...base, verdict: 'run', reason: redo };
    if (known?.fingerprint !== undefined && known.fingerprint !== fingerprint && resolved.action) {
      const changed = changes(known.definition, definition);
      return { ...base, verdict: 'run', reason: 'its definition changed', changes: changed };
    }
    return { ...base, ...(await judgeByWorld(engine, resolved, item)) };
  } catch (error) {
    const failure = failureOfResolution(error, unit.address);
    if (!failure) throw error;
    return { ...nothing, verdict: 'fail', reason: 'message' in failure ? failure.message : failure.kind, failure };
  }
};

const nothing = { evidence: [], changes: [] } as const;

type Finding = Pick<Judgement, 'verdict' | 'reason' | 'evidence' | 'outputs'>;

const judgeByWorld = async (
  engine: Engine,
  resolved: ResolvedStep,
  { known, scope, freshSince }: Case,
): Promise<Finding> => {
  const done = known?.status === 'finished' && (known.outcome === 'changed' || known.outcome === 'satisfied');
  const doneHere = done && known.inThisRun;
  const { satisfied } = resolved;
  if (satisfied === 'never' && !doneHere) return { ...nothing, verdict: 'run', reason: 'it always runs' };
  if (satisfied === 'once' && !done) return { ...nothing, verdict: 'run', reason: 'it has not run yet' };
  const around = { surroundings: resolved.surroundings, scope, signal: engine.stop.signal };
  const proofs = proofsOf(engine, resolved, around);
  const own = Array.isArray(satisfied) ? satisfied.map((probe) => question(engine, probe, around, 0)) : undefined;
  const asked = own ?? proofs;
  if (asked.length === 0) return unproved(known, satisfied === 'once' || doneHere);
  const evidence = await askOnce(asked, freshSince);
  const broken = evidence.find((each) => !each.holds);
  if (broken) return { verdict: resolved.action ? 'run' : 'wait', reason: `${broken.probe}: ${broken.saw}`, evidence };
  const outputs = outputsOf(resolved, known, evidence);
  if (!outputs) return { verdict: 'run', reason: 'it holds, but its outputs are not known', evidence };
  if (!own || proofs.length === 0) return { verdict: 'keep', reason: 'it holds', evidence, outputs };
  return healthOfDone([...evidence, ...(await askOnce(proofs, freshSince))], outputs);
};

const unproved = (known: Known | undefined, trusted: boolean): Finding => {
  if (trusted)
    return {
      ...nothing,
      verdict: 'keep',
      reason: 'it finished, and nothing is there to prove it by',
      outputs: known?.outputs ?? {},
    };
  return {
    ...nothing,
    verdict: 'run',
    reason: known ? 'nothing proves that it still holds' : 'nothing proves that it is done',
  };
};

/** Done by its own measure; whether it is healthy too decides if it must be waited for. */
const healthOfDone = (evidence: readonly Observation[], outputs: Finding['outputs']): Finding => {
  const sick = evidence.find((each) => !each.holds);
  const found = { evidence, ...(outputs && { outputs }) };
  return sick
    ? { verdict: 'wait', reason: `done, but ${sick.probe}: ${sick.saw}`, ...found }
    : { verdict: 'keep', reason: 'it holds', ...found };
};

/** Outputs without running: what the check says now, else what is remembered; undefined when some are missing. */
const outputsOf = (
  { spec, action }: ResolvedStep,
  known: Known | undefined,
  evidence: readonly Observation[],
): Readonly<Record<string, unknown>> | undefined => {
  const seen = (evidence[0]?.data as { outputs?: Record<string, unknown> } | undefined)?.outputs;
  const outputs = { ...known?.outputs, ...(action?.kind === 'uses' ? seen : undefined) };
  const wanted = Object.keys(spec.outputs ?? {});
  return wanted.every((name) => Object.hasOwn(outputs, name)) ? outputs : undefined;
};

/** What the fingerprint covers: the resolved action with its surroundings, and the content of the files it uses. */
const definitionOf = async (engine: Engine, { action, files, surroundings }: ResolvedStep): Promise<unknown> => {
  const hashes = await Promise.all(
    files.map(async (file) => [file, await engine.host.hashFile(within(engine.projectDir, file))] as const),
  );
  const own = Object.entries(surroundings.env).filter(([name, value]) => engine.env[name] !== value);
  return {
    ...(action?.kind === 'run' && { run: action.argv, stdin: action.stdin }),
    ...(action?.kind === 'shell' && { shell: action.script, stdin: action.stdin }),
    ...(action?.kind === 'uses' && { uses: action.type.name, with: action.input }),
    ...(surroundings.on !== undefined && { on: surroundings.on }),
    ...(surroundings.cwd !== engine.projectDir && { cwd: surroundings.cwd }),
    ...(own.length > 0 && { env: Object.fromEntries(own) }),
    ...(hashes.length > 0 && { files: Object.fromEntries(hashes.map(([file, hash]) => [file, hash ?? 'missing'])) }),
  };
};

const within = (folder: string, file: string): string => (file.startsWith('/') ? file : `${folder}/${file}`);

const failureOfResolution = (error: unknown, where: string): Failure | undefined => {
  if (error instanceof ExpressionError)
    return { kind: 'expression', where, source: error.source, message: error.message };
  if (error instanceof ResolutionError || error instanceof StepError)
    return { kind: 'expression', where, source: '', message: error.message };
  return undefined;
};
