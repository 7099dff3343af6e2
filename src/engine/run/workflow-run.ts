// The steps of one run: which may start when, what each is given, what its end means for those that wait for it.
import { isMeantBy, parseAddress } from '../../core/address.ts';
import type { EventBody, Outcome, PlannedStep, Scope as RunScope } from '../../core/event.ts';
import type { Scope } from '../../core/expression.ts';
import type { Failure } from '../../core/failure.ts';
import type { Holding } from '../../core/holdings.ts';
import { hasKeys } from '../../core/maps.ts';
import type { Workflow } from '../../core/workflow.ts';
import type { Engine } from '../engine.ts';
import { createLimiter, type Limiter } from '../limiter.ts';
import type { Judgement, Known } from '../plan/judge.ts';
import { expandLate } from '../plan/late-list.ts';
import { type Chosen, chosenBy } from '../plan/plan.ts';
import { proveKnown } from '../plan/prove-known.ts';
import { type Secret, secretsOf } from '../step/secret-book.ts';
import { stepsScope } from '../step/steps-scope.ts';
import { plannedStep, type Unit } from '../step/unit.ts';
import { confirmUnit, type Finish, type KnownTurn } from './finish-unit.ts';
import type { Remnants } from './remnants.ts';
import { Schedule, Turns } from './schedule.ts';
import { keepUnit, runUnit, type Turn } from './step-run.ts';

type Notice = Extract<EventBody, { type: 'notice' }>;

export interface RunRequest {
  readonly workflow: Workflow;
  readonly units: readonly Unit[];
  readonly scope: RunScope;
  /** What is known of steps, by address, from this run and earlier ones. */
  readonly known: ReadonlyMap<string, Known>;
  /** True when a run is continued: verdicts are told. */
  readonly resumed: boolean;
  readonly usualMs: (address: string) => number | undefined;
  /** What is to be taken away first: all that the workflow named by `undoes` has made, or what `scope.undo` names. */
  readonly holdings: readonly Holding[];
  /** Whether success means that all of it stands at the end. */
  readonly confirms?: boolean;
  /** What earlier runs may have left at work, that nothing is to be made or taken away beside. */
  readonly remnants?: Remnants;
  /** What is there after all when nothing was known to be taken away: it fails the run, and is told with what helps. */
  readonly thereAfterAll?: () => Promise<{ readonly left: boolean; readonly notices: readonly Notice[] }>;
  /** What is to be said before the end is. */
  readonly lastWords?: () => Promise<readonly Notice[]>;
}

export class WorkflowRun {
  /** Of steps and children that had their turn. */
  readonly outcomes = new Map<string, Outcome>();
  private readonly schedule: Schedule;
  private readonly engine: Engine;
  private readonly request: RunRequest;
  private readonly secrets: readonly Secret[];
  private readonly isChosen: Chosen;
  private readonly perStep = new Map<string, Limiter>();
  private readonly steps: Record<string, unknown> = {};
  private readonly shared: Scope;
  /** Let go as they are used. */
  private kept = new Map<string, Judgement>();
  private readonly turns = new Turns({
    endAtOnce: (unit) => this.endAtOnce(unit),
    turn: (unit) => this.turn(unit).catch((error: unknown) => this.breakOff(error)),
    rank: ({ address }) => this.schedule.rank(address),
    onError: (error) => this.breakOff(error),
  });
  /** Whether time has passed since the first proofs: something acted, or was waited for. */
  private movedOn = false;
  /** The last that ended: nothing came after its proof. */
  private lastDone: string | undefined;
  private fatal: { readonly error: unknown } | undefined;

  constructor(engine: Engine, request: RunRequest) {
    this.engine = {
      ...engine,
      emit: (body) => {
        this.movedOn ||= body.type === 'step.acted' || body.type === 'step.looked';
        return engine.emit(body);
      },
    };
    this.request = request;
    this.shared = { ...engine.scope, steps: this.steps };
    const { units } = request;
    this.schedule = new Schedule(units, request.usualMs);
    this.isChosen = chosenBy(request.scope, units);
    this.secrets = secretsOf(request.workflow, engine.scope);
  }

  async plan(): Promise<void> {
    const steps = this.schedule.units.map((unit) => this.planned(unit));
    await this.engine.emit({ type: 'run.planned', steps });
  }

  /** Resolves when every unit has an end, or nothing may start any more. */
  async perform(): Promise<void> {
    const { known, resumed, scope } = this.request;
    for (const [address, step] of known) this.remember(address, stepsScope.ofKnown(step));
    const { units } = this.schedule;
    this.kept = await proveKnown(this.engine, {
      units: units.filter((unit) => unit.kind !== 'parent' && this.isChosen(unit)),
      known,
      scopeFor: ({ locals }) => this.scope(locals),
      redo: (unit) => this.redo(unit),
      assume: (unit) => this.assume(unit),
      resumed,
      adopt: scope.adopt === true,
    });
    await this.turns.run(units.filter((unit) => this.schedule.isReady(unit.address)));
    if (this.fatal) throw this.fatal.error;
  }

  /** Asks once more, side by side, whether all that is done still holds, where time has passed since it was proved. */
  async confirm(): Promise<void> {
    const { clock } = this.engine.host;
    if (!this.movedOn || !this.isComplete || this.hasFailed || this.engine.stop.stage !== undefined) return;
    const freshSince = clock.monotonic();
    const done = this.schedule.units.filter((unit) => this.isToConfirm(unit));
    await Promise.all(
      done.map(async (unit) => {
        const { address } = unit;
        const was = {
          outcome: this.outcomes.get(address) ?? 'satisfied',
          outputs: this.outputsOf(address),
          freshSince,
        };
        const finish = await confirmUnit(this.engine, this.known(unit, undefined), was);
        if (finish) this.conclude(unit, finish);
        await finish?.recorded;
      }),
    );
  }

  private isToConfirm(unit: Unit): boolean {
    const outcome = this.outcomes.get(unit.address);
    const done = outcome === 'changed' || outcome === 'satisfied';
    return done && unit.kind !== 'parent' && unit.address !== this.lastDone && this.assume(unit) === undefined;
  }

  /** Whether every unit had its turn. */
  get isComplete(): boolean {
    return this.schedule.isOver;
  }

  get hasFailed(): boolean {
    return [...this.outcomes].some(
      ([address, outcome]) => outcome === 'blocked' || (outcome === 'failed' && !this.schedule.isTolerated(address)),
    );
  }

  /** Steps without values of their own share one: `steps` grows in place. */
  scope(locals: Readonly<Record<string, unknown>>): Scope {
    return hasKeys(locals) ? { ...this.shared, ...locals } : this.shared;
  }

  private endAtOnce(unit: Unit): Pick<Finish, 'recorded'> | undefined {
    try {
      const finish = this.finishAtOnce(unit);
      if (finish) this.conclude(unit, finish);
      return finish;
    } catch (error) {
      this.breakOff(error);
      return {};
    }
  }

  /** The end of a unit that waits for nothing; undefined when it has a turn. */
  private finishAtOnce(unit: Unit): Finish | undefined {
    if (this.fatal) return undefined;
    if (unit.kind === 'parent' && unit.children) return this.finishParent(unit);
    // What was known of a step outside `--only`, `--from` or `--until` stands, unproved and unrecorded.
    if (!this.isChosen(unit)) return { outcome: 'skipped', outputs: {}, leftOut: true };
    const judged = this.kept.get(unit.address);
    if (!judged || this.schedule.isDirty(unit.address) || this.engine.stop.stage !== undefined) return undefined;
    if (this.schedule.blockersOf(unit).length > 0) return undefined;
    const finish = keepUnit(this.engine, this.known(unit, judged));
    if (finish) this.kept.delete(unit.address);
    return finish;
  }

  /** What can't be recorded must not happen: what runs may end, nothing else starts. */
  private breakOff(error: unknown): void {
    this.fatal ??= { error };
    if (this.engine.stop.stage === undefined) this.engine.stop.ask('finish', 'SIGTERM');
  }

  private async turn(unit: Unit): Promise<void> {
    if (this.fatal) return;
    const finish = await this.finishOf(unit);
    if (!finish) return;
    this.conclude(unit, finish);
    // The turn is over, and with it perhaps the run, once its end can't be lost any more.
    await finish.recorded;
  }

  private conclude(unit: Unit, finish: Finish): void {
    // A parent stands for its children, unless it never got any.
    const counts = !finish.leftOut && (unit.kind !== 'parent' || !unit.children);
    if (counts) {
      this.outcomes.set(unit.address, finish.outcome);
      this.lastDone = unit.address;
    }
    if (!finish.leftOut) this.remember(unit.address, finish);
    this.turns.start(this.schedule.finish(unit.address, finish));
  }

  /** Undefined when the unit has no end in this run because it is being stopped, or now has children to wait for. */
  private async finishOf(unit: Unit): Promise<Finish | undefined> {
    const blockers = this.schedule.blockersOf(unit);
    // What needs an interrupted step has not failed: it is for the next run.
    if (blockers.some((need) => this.schedule.outcomeOf(need) === 'interrupted')) return undefined;
    if (blockers.length > 0) return this.endWithout(unit, 'blocked', { reason: `needs ${blockers.join(', ')}` });
    if (this.engine.stop.stage !== undefined) return undefined;
    if (unit.kind === 'parent') return this.expand(unit);
    const { id, concurrency } = unit.step;
    const run = () => runUnit(this.engine, this.turnOf(unit, this.takeJudgement(unit.address)));
    return typeof concurrency === 'number'
      ? this.limiterOf(id, concurrency).run(run, this.schedule.rank(unit.address))
      : run();
  }

  private known(unit: Unit, judged: Judgement | undefined): KnownTurn {
    const { known, scope } = this.request;
    const adopt = scope.adopt === true;
    return {
      unit,
      known: known.get(unit.address),
      scope: this.scope(unit.locals),
      judged,
      adopt,
      secrets: this.secrets,
    };
  }

  private turnOf(unit: Unit, judged: Judgement | undefined): Turn {
    const { address } = unit;
    const [rank, usualMs] = [this.schedule.rank(address), this.request.usualMs(address)];
    return { ...this.known(unit, judged), rank, usualMs, redo: this.redo(unit), assume: this.assume(unit) };
  }

  private takeJudgement(address: string): Judgement | undefined {
    const judgement = this.kept.get(address);
    this.kept.delete(address);
    return this.schedule.isDirty(address) ? undefined : judgement;
  }

  private limiterOf(step: string, limit: number): Limiter {
    const known = this.perStep.get(step) ?? createLimiter(limit);
    this.perStep.set(step, known);
    return known;
  }

  private finishParent(unit: Unit): Finish {
    const children = (unit.children ?? []).map((child) => [parseAddress(child).key ?? child, child] as const);
    const ended = this.schedule.parentEnd(unit);
    const outputs = Object.fromEntries(children.map(([key, child]) => [key, this.outputsOf(child)]));
    return { ...ended, outputs };
  }

  /** What a step or child yielded in this run, or before when it was left out. */
  private outputsOf(address: string): Readonly<Record<string, unknown>> {
    const { step, key } = parseAddress(address);
    const entry = this.steps[step] as { outputs?: Record<string, Record<string, unknown>> } | undefined;
    return (key === undefined ? entry?.outputs : entry?.outputs?.[key]) ?? {};
  }

  private async expand(unit: Unit): Promise<Finish | undefined> {
    const list = expandLate(this.engine, unit.step, this.scope({}));
    if ('outcome' in list) return this.endWithout(unit, list.outcome, list);
    const [parent, ...children] = list.units;
    if (!parent) return undefined;
    await this.engine.emit({
      type: 'step.expanded',
      address: unit.address,
      children: children.map((child) => this.planned(child)),
    });
    this.turns.start(this.schedule.add([...children, parent]));
    return undefined;
  }

  /** An end without a turn of its own. */
  private async endWithout(
    unit: Unit,
    outcome: 'blocked' | 'failed' | 'skipped',
    { reason, failure }: { readonly reason: string; readonly failure?: Failure },
  ): Promise<Finish> {
    await this.engine.emit({
      ...{ type: 'step.finished', address: unit.address, outcome, reason, ...(failure && { failure }) },
      ...{ outputs: {}, evidence: [], attempts: 0, durationMs: 0, creates: [] },
    });
    return { outcome, outputs: {}, tolerated: outcome === 'failed' && unit.step.continueOnError === true };
  }

  private redo(unit: Unit): string | undefined {
    const again = this.request.scope.redo?.some((each) => isMeantBy(unit.address, each)) === true;
    return again ? 'it was asked to run again' : undefined;
  }

  private assume(unit: Unit): string | undefined {
    return this.request.scope.assume?.find((each) => isMeantBy(unit.address, each.step))?.reason;
  }

  private planned(unit: Unit): PlannedStep {
    return plannedStep(unit, this.request.usualMs(unit.address), this.scope(unit.locals));
  }

  private remember(address: string, { outputs, outcome }: Pick<Finish, 'outputs' | 'outcome'>): void {
    stepsScope.remember(this.steps, address, { outputs, outcome });
  }
}
