// A run from its plan to its last fact: takes away what is to go first, performs the steps, says how it ended. Knows no product.
import type { Outcome } from '../../core/event.ts';
import { ExpressionError, type Scope, WithheldError } from '../../core/expression.ts';
import { evaluate } from '../../core/template.ts';
import type { Workflow } from '../../core/workflow.ts';
import { type Engine, elapsed } from '../engine.ts';
import { withoutSecrets } from '../prove/outputs.ts';
import { undoAll } from '../undo/undo.ts';
import { settleRemnants } from './remnants.ts';
import { type RunRequest, WorkflowRun } from './workflow-run.ts';

export interface RunResult {
  readonly outcome: 'succeeded' | 'failed' | 'interrupted';
  /** Of steps and children that had their turn; parents stand for their children. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly facts: Readonly<Record<string, unknown>>;
  /** Facts that hold a secret and are therefore kept nowhere. */
  readonly withheld?: readonly string[];
}

/** @throws StoreError when a fact could not be kept */
export const runWorkflow = async (engine: Engine, request: RunRequest): Promise<RunResult> => {
  const start = engine.host.clock.monotonic();
  const run = new WorkflowRun(engine, request);
  await run.plan();
  const isReady = (await settleRemnants(engine, request)) && (await undoAll(engine, request.holdings)).length === 0;
  if (isReady) await run.perform();
  if (request.confirms === true) await run.confirm();
  const isLeft = !isReady || (await isThereAfterAll(engine, request));
  const outcome = outcomeOf(engine, run, isLeft);
  const facts = outcome === 'succeeded' ? factsOf(engine, request.workflow, run.scope({})) : { facts: {} };
  const counts: Partial<Record<Outcome, number>> = {};
  for (const each of run.outcomes.values()) counts[each] = (counts[each] ?? 0) + 1;
  for (const notice of (await request.lastWords?.()) ?? []) await engine.emit(notice);
  const durationMs = elapsed(engine.host.clock, start);
  await engine.emit({ type: 'run.finished', outcome, counts, durationMs, ...facts });
  return { outcome, outcomes: run.outcomes, ...facts };
};

const isThereAfterAll = async (engine: Engine, { thereAfterAll }: RunRequest): Promise<boolean> => {
  if (!thereAfterAll || engine.stop.stage !== undefined) return false;
  const { left, notices } = await thereAfterAll();
  for (const notice of notices) await engine.emit(notice);
  return left;
};

const outcomeOf = (engine: Engine, run: WorkflowRun, isLeft: boolean): RunResult['outcome'] => {
  const outcomes = [...run.outcomes.values()];
  const stopped = engine.stop.stage !== undefined && (isLeft || !run.isComplete);
  if (stopped || outcomes.includes('interrupted')) return 'interrupted';
  return isLeft || run.hasFailed ? 'failed' : 'succeeded';
};

/** Facts as they may be kept: one that holds a secret is named only. */
const factsOf = (engine: Engine, { facts = {} }: Workflow, scope: Scope): Pick<RunResult, 'facts' | 'withheld'> => {
  const computed: Record<string, unknown> = {};
  const withheld: string[] = [];
  for (const [name, source] of Object.entries(facts)) {
    try {
      computed[name] = evaluate(source, scope);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      if (error instanceof WithheldError) withheld.push(name);
      // A fact of a step that was skipped has no value; the run is well all the same.
      else computed[name] = null;
    }
  }
  const kept = withoutSecrets(computed, engine.masker);
  const missing = [...withheld, ...(kept.withheld ?? [])];
  return { facts: kept.outputs, ...(missing.length > 0 && { withheld: missing }) };
};
