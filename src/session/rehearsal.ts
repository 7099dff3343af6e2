// One rehearsed run after the other in one world: the real engine, with a machine, a clock and a journal that are not.
import type { EventBody, RunEvent } from '../core/event.ts';
import { compile } from '../core/expression.ts';
import { type Holding, HoldingBook } from '../core/holdings.ts';
import { foldRun, type RunState } from '../core/run-state.ts';
import { templateParts } from '../core/template.ts';
import type { VariantFile } from '../core/workflow.ts';
import type { Engine } from '../engine/engine.ts';
import type { Known } from '../engine/plan/judge.ts';
import type { StepLog } from '../engine/ports.ts';
import { Recorder } from '../engine/run/recorder.ts';
import { runWorkflow } from '../engine/run/runner.ts';
import { unitsOf } from '../engine/step/unit.ts';
import { StopControl } from '../engine/stop.ts';
import type { Opened } from '../project/open-workflow.ts';
import { version } from '../project/version-of-lab.ts';
import { Boundaries, Crash, memoryJournal } from '../rehearse/crash.ts';
import { standInHost } from '../rehearse/stand-in-host.ts';
import { standInRegistry } from '../rehearse/stand-in-registry.ts';
import { type StandIns, standInWorkflow } from '../rehearse/stand-in-workflow.ts';
import type { Transcript } from '../rehearse/transcript.ts';
import { createVirtualClock } from '../rehearse/virtual-clock.ts';
import { World } from '../rehearse/world.ts';
import type { CommandContext } from './context.ts';
import { createEngine, type EngineParts } from './create-engine.ts';

export interface Stage {
  readonly context: CommandContext;
  readonly opened: Opened;
  readonly standIns: StandIns;
  readonly transcript?: Transcript;
  /** What the workflow named by `undoes` made before, for one that takes it away. */
  readonly holdings: readonly Holding[];
  readonly deployed?: EngineParts['deployed'];
}

/** What has happened so far: a journal, and the world it left. */
export interface Course {
  readonly world: World;
  readonly events: RunEvent[];
  /** The journal of an earlier run in this world. */
  readonly earlier?: readonly RunEvent[];
}

export const freshCourse = (world = new World()): Course => ({ world: world.copy(), events: [] });

export interface Performance {
  readonly outcome: 'succeeded' | 'failed' | 'interrupted' | 'crashed';
  /** The moments at which it could have died. */
  readonly moments: readonly string[];
  /** The facts of this performance alone. */
  readonly events: readonly RunEvent[];
}

export interface Wish {
  /** The number of the moment at which it dies. */
  readonly dieAt?: number;
  readonly onEvent?: (event: RunEvent) => void;
}

/** The name of the run in a rehearsal; the same in all, as questions recorded elsewhere are told without it. */
const run = 'rehearsal';

/** Runs the workflow, or continues it when the course has a past. */
export const perform = async (stage: Stage, course: Course, { dieAt, onEvent }: Wish = {}): Promise<Performance> => {
  const { world, events } = course;
  world.dead = false;
  const before = events.length;
  const boundaries = new Boundaries(world, dieAt);
  const stop = new StopControl();
  const clock = createVirtualClock(events.at(-1)?.at ?? stage.context.host.clock.now());
  const past = [...events];
  const journal = memoryJournal(events, boundaries);
  const recorder = new Recorder({ journal, clock, past, onBroken: () => stop.ask('stop', 'SIGKILL') });
  if (onEvent) recorder.listen(onEvent);
  const emit = (body: EventBody): Promise<void> => recorder.emit(body);
  const engine = engineOf(stage, { world, boundaries, clock, stop, emit });
  const result = (outcome: Performance['outcome']): Performance => ({
    outcome,
    moments: boundaries.passed,
    events: events.slice(before),
  });
  try {
    const { workflow } = stage.opened;
    await emit(before === 0 ? started(stage) : resumed(stage));
    const folded = foldRun(past);
    const standIn = standInWorkflow(workflow, stage.standIns);
    const ended = await runWorkflow(engine, {
      workflow: standIn,
      units: standIn.steps.flatMap((step) => unitsOf(step, engine)),
      scope: {},
      known: new Map([...knownOf(course.earlier ?? [], false), ...knownOf(past, true)]),
      resumed: before > 0,
      usualMs: () => undefined,
      holdings: stillThere(stage.holdings, folded),
    });
    return result(world.dead ? 'crashed' : ended.outcome);
  } catch (error) {
    if (error instanceof Crash) return result('crashed');
    throw error;
  }
};

const stillThere = (holdings: readonly Holding[], { deeds }: RunState): readonly Holding[] => {
  const book = new HoldingBook(holdings);
  for (const deed of deeds) if (deed.type === 'undone') book.remove(deed);
  return book.all;
};

const engineOf = (
  { context, opened, standIns, transcript, deployed }: Stage,
  parts: Pick<Engine, 'stop' | 'emit'> & {
    readonly world: World;
    readonly boundaries: Boundaries;
    readonly clock: ReturnType<typeof createVirtualClock>;
  },
) => {
  const { world, boundaries, clock, ...rest } = parts;
  const { project, registry, variant } = opened;
  const places = { projectDir: project.dir, stateDir: context.stateDir, run };
  const boundary = (moment: string): void => boundaries.pass(moment);
  const host = standInHost({
    ...{ real: context.host, clock, world, places, boundary },
    ...(transcript && { transcript }),
  });
  const standIn: Opened = {
    ...opened,
    registry: { ...registry, ...standInRegistry(registry, world, standIns) },
    variant: { ...variant, ...(variant.enter && !standIns.recorded && { enter: standInEnter(variant.enter) }) },
  };
  return {
    ...createEngine(standIn, { host, stateDir: context.stateDir, run, ...(deployed && { deployed }) }),
    ...rest,
    openLog: async () => noLog,
    consent: async () => true,
  };
};

const noLog: StepLog = { path: '', write: async () => {}, close: async () => {} };

/** Places are entered by name alone. */
const standInEnter = ({ places }: NonNullable<VariantFile['enter']>): NonNullable<VariantFile['enter']> => ({
  places,
  command: ['lab-rehearse-place', '${{ place.name }}'],
});

const identityOf = ({ context }: Stage) => ({ process: context.host.self(), version, scope: {} });

const started = (stage: Stage): EventBody => {
  const { workflow, variant, shownInputs } = stage.opened;
  const names = { run, workflow: workflow.name, variant: variant.name, inputs: shownInputs };
  return { type: 'run.started', ...names, deploys: workflow.deploys === true, ...identityOf(stage) };
};

const resumed = (stage: Stage): EventBody => ({ type: 'run.resumed', ...identityOf(stage) });

const knownOf = (past: readonly RunEvent[], inThisRun: boolean): ReadonlyMap<string, Known> =>
  new Map(
    [...foldRun(past).steps.values()]
      .filter(({ outcome }) => outcome !== 'skipped' && outcome !== 'blocked')
      .map((step) => [step.address, { ...step, inThisRun, run }]),
  );

/** What a performance left for the workflows after it. */
export const leftBy = (events: readonly RunEvent[]): Required<Pick<Stage, 'holdings' | 'deployed'>> => {
  const state = foldRun(events);
  return {
    holdings: state.holdings,
    deployed: {
      outputs: new Map([...state.steps.values()].map((step) => [step.address, step.outputs])),
      facts: state.end?.facts ?? {},
    },
  };
};

/** Whether an expression of the workflow reads what is deployed. */
export const needsDeployed = ({ workflow }: Pick<Opened, 'workflow'>): boolean => readsDeployed(workflow, false);

/** Keys whose text is an expression as it stands, or a map of such. */
const expressionKeys = new Set(['if', 'expect', 'key', 'when', 'outputs', 'facts']);

const readsDeployed = (value: unknown, isExpression: boolean): boolean => {
  if (typeof value === 'string') {
    const parts = templateParts(value).flatMap((part) => (part.kind === 'expression' ? [part.source] : []));
    return [...parts, ...(isExpression ? [value] : [])].some((source) => {
      const compiled = compile(source);
      return compiled.ok && compiled.expression.references.some(([root]) => root === 'deployed');
    });
  }
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, each]) => readsDeployed(each, isExpression || expressionKeys.has(key)));
};
