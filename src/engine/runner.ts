// Runs a workflow: proves what is known, starts what may start, remembers how it ended. Knows order and time, no product.
import { isMeantBy, parseAddress } from '../core/address.ts';
import type { Outcome, PlannedStep, Scope as RunScope } from '../core/event.ts';
import { ExpressionError } from '../core/expression.ts';
import type { Failure } from '../core/failure.ts';
import type { Holding } from '../core/run-state.ts';
import { resolveText, textOf } from '../core/template.ts';
import type { Workflow } from '../core/workflow.ts';
import { chosenBy } from './choose-units.ts';
import type { Engine } from './engine.ts';
import { type Judgement, judge, type Known } from './judge.ts';
import { createLimiter, type Limiter } from './limiter.ts';
import { Schedule } from './schedule.ts';
import { type Finish, runUnit } from './step-run.ts';
import { stepsScope } from './steps-scope.ts';
import { undoAll } from './undo.ts';
import { ExpansionError, expand, plannedStep, type Unit, unitsOf } from './unit.ts';

export interface RunRequest {
  readonly workflow: Workflow;
  readonly scope: RunScope;
  /** What is known of steps, by address, from this run and earlier ones. */
  readonly known: ReadonlyMap<string, Known>;
  /** True when a run is continued: verdicts are told. */
  readonly resumed: boolean;
  readonly usualMs: (address: string) => number | undefined;
  /** What is to be taken away first: all that the workflow named by `undoes` has made, or what `scope.undo` names. */
  readonly holdings: readonly Holding[];
}

export interface RunResult {
  readonly outcome: 'succeeded' | 'failed' | 'interrupted';
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly facts: Readonly<Record<string, unknown>>;
}

export const runWorkflow = async (engine: Engine, request: RunRequest): Promise<RunResult> => {
  const start = engine.host.clock.monotonic();
  const run = new Run(engine, request);
  await run.plan();
  const left = await undoAll(engine, request.holdings);
  if (left.length === 0) await run.perform();
  const result = run.result(left.length > 0);
  const counts: Partial<Record<Outcome, number>> = {};
  for (const [address, outcome] of result.outcomes) {
    if (run.schedule.units.get(address)?.kind !== 'parent') counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  await engine.emit({
    type: 'run.finished',
    outcome: result.outcome,
    counts,
    durationMs: engine.host.clock.monotonic() - start,
    facts: engine.masker.value(result.facts),
  });
  return result;
};

class Run {
  readonly schedule: Schedule;
  private readonly engine: Engine;
  private readonly request: RunRequest;
  private readonly judged = new Map<string, Judgement>();
  private readonly finished = new Map<string, Finish>();
  private readonly perStep = new Map<string, Limiter>();
  private readonly chosen: ReadonlySet<string>;
  private readonly steps: Record<string, unknown> = {};
  private open = 0;
  private fatal: unknown;
  private end: () => void = () => {};

  constructor(engine: Engine, request: RunRequest) {
    this.engine = engine;
    this.request = request;
    const units = request.workflow.steps.flatMap((step) => unitsOf(step, engine.scope));
    this.schedule = new Schedule(units, request.usualMs);
    this.chosen = chosenBy(request.scope, [...this.schedule.units.values()]);
  }

  async plan(): Promise<void> {
    const steps = [...this.schedule.units.values()].map((unit) => this.planned(unit));
    await this.engine.emit({ type: 'run.planned', steps });
  }

  /** Resolves when every unit has an outcome, or nothing may start any more. */
  async perform(): Promise<void> {
    await this.proveKnown();
    await new Promise<void>((resolve) => {
      this.end = resolve;
      this.start(
        [...this.schedule.units.values()].filter((unit) => unit.needs.every((need) => !this.schedule.units.has(need))),
      );
      if (this.open === 0) resolve();
    });
    if (this.fatal !== undefined) throw this.fatal;
  }

  result(undoFailed: boolean): RunResult {
    const outcomes = this.schedule.outcomes;
    const units = [...this.schedule.units.values()];
    const missing = units.some((unit) => !outcomes.has(unit.address));
    const failed = undoFailed || units.some((unit) => isFailure(outcomes.get(unit.address)) && !this.continues(unit));
    const interrupted =
      [...outcomes.values()].includes('interrupted') || (missing && this.engine.stop.stage !== undefined);
    const outcome = interrupted ? 'interrupted' : failed ? 'failed' : 'succeeded';
    return { outcome, outcomes, facts: outcome === 'succeeded' ? this.facts() : {} };
  }

  private continues(unit: Unit): boolean {
    return this.schedule.outcomes.get(unit.address) !== 'interrupted' && unit.step.continueOnError === true;
  }

  private facts(): Record<string, unknown> {
    const facts = Object.entries(this.request.workflow.facts ?? {});
    return Object.fromEntries(facts.map(([name, source]) => [name, this.factOf(source)]));
  }

  private factOf(source: string): unknown {
    try {
      return resolveText(`\${{${source}}}`, this.scope({}));
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return null; // A fact of a step that was skipped has no value; the run is well all the same.
    }
  }

  /** All steps that finished before are proved again, side by side, before anything starts. */
  private async proveKnown(): Promise<void> {
    const freshSince = this.engine.host.clock.monotonic();
    for (const [address, known] of this.request.known)
      this.remember(address, known.outputs, known.outcome ?? 'interrupted');
    const units = [...this.schedule.units.values()].filter(
      (unit) => unit.kind !== 'parent' && this.request.known.has(unit.address) && this.isChosen(unit),
    );
    await Promise.all(
      units.map(async (unit) => {
        if (this.engine.stop.signal.aborted) return;
        const judgement = await judge(this.engine, {
          unit,
          known: this.request.known.get(unit.address),
          scope: this.scope(unit.locals),
          freshSince,
          redo: this.redo(unit),
        });
        this.judged.set(unit.address, judgement);
        if (!this.request.resumed) return;
        const verdict = judgement.verdict === 'keep' || judgement.verdict === 'skip' ? judgement.verdict : 'run';
        await this.engine.emit({
          type: 'step.judged',
          address: unit.address,
          verdict,
          reason: judgement.reason,
          evidence: judgement.evidence,
        });
      }),
    );
  }

  private start(units: readonly Unit[]): void {
    // A queue instead of recursion: a chain of ten thousand finished steps must not fill the stack.
    const queue = [...units].sort((a, b) => this.schedule.rank(b.address) - this.schedule.rank(a.address));
    for (const unit of queue) {
      this.open += 1;
      void this.turn(unit)
        .catch((error: unknown) => {
          this.fatal ??= error;
        })
        .finally(() => {
          this.open -= 1;
          if (this.open === 0) this.end();
        });
    }
  }

  private async turn(unit: Unit): Promise<void> {
    if (this.fatal !== undefined) return;
    const finish = await this.finishOf(unit);
    if (!finish) return;
    this.finished.set(unit.address, finish);
    this.remember(unit.address, finish.outputs, finish.outcome);
    const tolerated = isFailure(finish.outcome) && this.continues(unit);
    this.start(
      this.schedule.finish(unit.address, tolerated && finish.outcome === 'failed' ? 'skipped' : finish.outcome),
    );
    if (tolerated) this.schedule.outcomes.set(unit.address, finish.outcome);
  }

  /** Undefined when the unit will not end in this run because it is being stopped, or now has children to wait for. */
  private async finishOf(unit: Unit): Promise<Finish | undefined> {
    const blockers = this.schedule.blockersOf(unit);
    if (unit.kind === 'parent' && unit.children) return this.finishParent(unit);
    if (blockers.length > 0) return this.conclude(unit, 'blocked', `needs ${blockers.join(', ')}`);
    if (this.engine.stop.stage !== undefined) return undefined;
    if (unit.kind === 'parent') return this.expandLate(unit);
    if (!this.isChosen(unit)) return this.leaveOut(unit);
    const { step } = unit;
    const limit = typeof step.concurrency === 'number' ? this.limiterOf(step.id, step.concurrency) : undefined;
    return limit ? limit.run(() => this.run(unit)) : this.run(unit);
  }

  private run(unit: Unit): Promise<Finish> {
    const judged = this.schedule.isDirty(unit.address) ? undefined : this.judged.get(unit.address);
    const assume = this.request.scope.assume?.find((each) => isMeantBy(unit.address, each.step))?.reason;
    const known = this.request.known.get(unit.address);
    const scope = this.scope(unit.locals);
    return runUnit(this.engine, {
      unit,
      known,
      scope,
      judged,
      rank: this.schedule.rank(unit.address),
      redo: this.redo(unit),
      assume,
      adopt: this.request.scope.adopt === true,
    });
  }

  private limiterOf(step: string, limit: number): Limiter {
    const known = this.perStep.get(step) ?? createLimiter(limit);
    this.perStep.set(step, known);
    return known;
  }

  /** The step is outside `--only`, `--from` or `--until`: what was known of it stands, unproved. */
  private async leaveOut(unit: Unit): Promise<Finish> {
    const known = this.request.known.get(unit.address);
    return { outcome: 'skipped', outputs: known?.outputs ?? {} };
  }

  private async finishParent(unit: Unit): Promise<Finish> {
    const outputs = Object.fromEntries(
      (unit.children ?? []).map((child) => [parseAddress(child).key ?? child, this.finished.get(child)?.outputs ?? {}]),
    );
    return { outcome: this.schedule.parentOutcome(unit), outputs };
  }

  private async expandLate(unit: Unit): Promise<Finish | undefined> {
    try {
      const [parent, ...children] = expand(unit.step, this.scope({}));
      if (!parent) return undefined;
      await this.engine.emit({
        type: 'step.expanded',
        address: unit.address,
        children: children.map((child) => this.planned(child)),
      });
      this.start(this.schedule.add([...children, parent]));
      return undefined;
    } catch (error) {
      if (!(error instanceof ExpressionError || error instanceof ExpansionError)) throw error;
      return this.conclude(unit, 'failed', error.message, {
        kind: 'expression',
        where: unit.address,
        source: '',
        message: error.message,
      });
    }
  }

  private async conclude(unit: Unit, outcome: Outcome, reason: string, failure?: Failure): Promise<Finish> {
    await this.engine.emit({
      ...{
        type: 'step.finished',
        address: unit.address,
        outcome,
        reason,
        outputs: {},
        evidence: [],
        attempts: 0,
        durationMs: 0,
        creates: [],
      },
      ...(failure && { failure }),
    });
    return { outcome, outputs: {} };
  }

  private redo(unit: Unit): string | undefined {
    return this.request.scope.redo?.some((each) => isMeantBy(unit.address, each)) === true
      ? 'it was asked to run again'
      : undefined;
  }

  private isChosen(unit: Unit): boolean {
    return this.chosen.has(unit.address) || this.chosen.has(unit.step.id);
  }

  private planned(unit: Unit): PlannedStep {
    return plannedStep(unit, this.request.usualMs(unit.address), this.nameOf(unit));
  }

  private nameOf({ step, kind, locals, key }: Unit): string {
    try {
      if (step.name === undefined) return key === undefined ? step.id : key;
      return textOf(resolveText(step.name, this.scope(locals)));
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      // A parent's name is its children's with the item left open; one that rests on outputs is not known yet.
      return kind === 'parent' ? step.id : (step.name ?? step.id);
    }
  }

  private remember(address: string, outputs: Readonly<Record<string, unknown>>, outcome: Outcome): void {
    stepsScope.remember(this.steps, address, { outputs, outcome });
  }

  private scope(locals: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    return { ...this.engine.scope, steps: this.steps, ...locals };
  }
}

const isFailure = (outcome: Outcome | undefined): boolean =>
  outcome === 'failed' || outcome === 'blocked' || outcome === 'interrupted';
