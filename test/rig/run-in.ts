// Runs a workflow with the real engine over a machine, a journal and a clock in memory.
import type { EventOf, Outcome, RunEvent, Scope } from '../../src/core/event.ts';
import type { Holding } from '../../src/core/holdings.ts';
import { createMasker } from '../../src/core/mask.ts';
import { foldRun } from '../../src/core/run-state.ts';
import type { StepSpec, VariantFile, Workflow } from '../../src/core/workflow.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createLimiter } from '../../src/engine/limiter.ts';
import type { Known } from '../../src/engine/plan/judge.ts';
import { type PlanItem, planWorkflow } from '../../src/engine/plan/plan.ts';
import type { Host, StepLog } from '../../src/engine/ports.ts';
import { Recorder } from '../../src/engine/run/recorder.ts';
import { type RunResult, runWorkflow } from '../../src/engine/run/runner.ts';
import type { RunRequest } from '../../src/engine/run/workflow-run.ts';
import { SharedAnswers } from '../../src/engine/shared-answers.ts';
import { type Unit, unitsOf } from '../../src/engine/step/unit.ts';
import type { ProbeType, StepType } from '../../src/engine/step-type.ts';
import { StopControl } from '../../src/engine/stop.ts';
import { ManualClock } from './manual-clock.ts';
import { bootId, createMemoryHost, type MemoryHostOptions } from './memory-host.ts';
import { MemoryJournal } from './memory-journal.ts';
import { registryOf, World } from './world.ts';

export interface Setting extends Pick<MemoryHostOptions, 'commands' | 'files' | 'processes'> {
  readonly world?: World;
  readonly clock?: ManualClock;
  readonly host?: Host;
  readonly stop?: StopControl;
  readonly steps?: readonly StepType[];
  readonly probes?: readonly ProbeType[];
  /** The journal of the run to continue. */
  readonly resume?: readonly RunEvent[];
  /** Journals of runs before it, the oldest first. */
  readonly earlier?: readonly (readonly RunEvent[])[];
  readonly scope?: Scope;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly enter?: VariantFile['enter'];
  readonly holdings?: readonly Holding[];
  readonly remnants?: RunRequest['remnants'];
  readonly survivor?: Engine['survivor'];
  readonly confirms?: boolean;
  readonly random?: () => number;
  readonly actions?: number;
  readonly groups?: Readonly<Record<string, number>>;
  readonly journal?: MemoryJournal;
  /** Milliseconds that steps took in earlier runs, by address. */
  readonly usual?: Readonly<Record<string, number>>;
  readonly on?: (event: RunEvent) => void;
}

export interface Ran {
  readonly result: RunResult;
  readonly world: World;
  /** Everything that was told, in order, also what no journal keeps. */
  readonly told: readonly RunEvent[];
  readonly journal: readonly RunEvent[];
  readonly logs: ReadonlyMap<string, string>;
  readonly clock: ManualClock;
  readonly outcomes: Readonly<Record<string, Outcome>>;
  /** The last end of a step. @throws when it has none */
  finish(address: string): EventOf<'step.finished'>;
  all<T extends RunEvent['type']>(type: T): readonly EventOf<T>[];
}

export const workflow = (steps: readonly StepSpec[], more: Partial<Workflow> = {}): Workflow => ({
  name: 'build',
  steps,
  ...more,
});

/** A step that makes the fact of its name true, and is proved by it. */
export const making = (id: string, more: Partial<StepSpec> = {}): StepSpec => ({
  id,
  uses: 'do',
  with: { name: id },
  health: [{ probe: 'is', fact: id, within: '0s' }],
  ...more,
});

export const runIn = async (what: Workflow, setting: Setting = {}): Promise<Ran> => {
  const started = startIn(what, setting);
  await started.ended;
  return started.ran();
};

/** What a run would do now; it looks and changes nothing. */
export const planIn = async (what: Workflow, setting: Setting = {}): Promise<readonly PlanItem[]> => {
  const world = setting.world ?? new World();
  const clock = setting.clock ?? new ManualClock({ automatic: true });
  const refuse = (): never => {
    throw new Error('a plan writes nothing');
  };
  const fixedParts = fixed(setting, { world, clock, stop: new StopControl() });
  const engine: Engine = { ...fixedParts, masker: maskerOf(setting), emit: refuse, openLog: refuse };
  const known = knownFrom(setting.earlier ?? [], setting.resume);
  return (await planWorkflow(engine, { units: unitsIn(what, engine), known, scope: setting.scope ?? {} })).items;
};

export interface Started {
  readonly world: World;
  readonly clock: ManualClock;
  readonly stop: StopControl;
  readonly told: readonly RunEvent[];
  readonly ended: Promise<RunResult>;
  /** Once it has ended. */
  ran(): Ran;
  /** Resolves with the first event that fits, also one that was told already. */
  event(fits: (event: RunEvent) => boolean): Promise<RunEvent>;
}

export const startIn = (what: Workflow, setting: Setting = {}): Started => {
  const world = setting.world ?? new World();
  const clock = setting.clock ?? new ManualClock({ automatic: true });
  const stop = setting.stop ?? new StopControl();
  const journal = setting.journal ?? new MemoryJournal(setting.resume);
  const logs = new Map<string, string>();
  const told: RunEvent[] = [];
  const waiting = new Set<(event: RunEvent) => void>();
  const masker = maskerOf(setting);
  const recorder = new Recorder({
    ...{ journal, clock, masker, past: setting.resume ?? [] },
    onBroken: () => stop.ask('stop', 'SIGTERM'),
  });
  recorder.listen((event) => {
    told.push(event);
    setting.on?.(event);
    for (const each of waiting) each(event);
  });
  const engine: Engine = {
    ...fixed(setting, { world, clock, stop }),
    masker,
    emit: (body) => recorder.emit(body),
    openLog: async (address, attempt) => memoryLog(logs, `${address}.${attempt}.log`),
  };
  const ended = drive(engine, what, setting, recorder);
  let result: RunResult | undefined;
  ended.then(
    (value) => {
      result = value;
    },
    () => {},
  );
  return {
    ...{ world, clock, stop, told, ended },
    ran: () => {
      if (!result) throw new Error('it has not ended');
      return resultOf({ result, world, told, journal: journal.events, logs, clock });
    },
    event: (fits) => {
      const found = told.find(fits);
      if (found) return Promise.resolve(found);
      return new Promise((resolve) => {
        const each = (event: RunEvent): void => {
          if (!fits(event)) return;
          waiting.delete(each);
          resolve(event);
        };
        waiting.add(each);
      });
    },
  };
};

const maskerOf = ({ secrets = {} }: Setting): Engine['masker'] =>
  createMasker(Object.values(secrets), (text) => Buffer.from(text).toString('base64'));

/** Of an engine what depends on the test's setting alone. */
const fixed = (
  setting: Setting,
  { world, clock, stop }: Pick<Started, 'world' | 'clock' | 'stop'>,
): Omit<Engine, 'masker' | 'emit' | 'openLog'> => {
  const { inputs = {}, secrets = {}, values = {}, groups = {}, env = {}, variables } = setting;
  return {
    host: setting.host ?? createMemoryHost({ clock, ...pickHost(setting) }),
    registry: registryOf(world, setting),
    shared: new SharedAnswers(() => clock.monotonic()),
    stop,
    limits: {
      actions: createLimiter(setting.actions ?? 8),
      looks: createLimiter(16),
      groups: new Map(Object.entries(groups).map(([name, size]) => [name, createLimiter(size)])),
    },
    run: 'run-1',
    projectDir: '/project',
    cwd: setting.cwd ?? '/project',
    stateDir: '/state',
    scope: { inputs, secrets, run: { id: 'run-1' }, ...values },
    env: { ...env, ...variables },
    ...(variables && { variables }),
    enter: setting.enter,
    model: undefined,
    consent: async () => true,
    ...answersOf(setting),
  };
};

const answersOf = ({ survivor, random }: Setting): Pick<Engine, 'survivor' | 'random'> => ({
  survivor: survivor ?? (async () => 'wait'),
  random: random ?? (() => 0.5),
});

const drive = async (engine: Engine, what: Workflow, setting: Setting, recorder: Recorder): Promise<RunResult> => {
  const scope = setting.scope ?? {};
  const process = { process: { pid: 1, startTime: 1, bootId }, version: '0', scope };
  if (setting.resume && setting.resume.length > 0) await recorder.emit({ type: 'run.resumed', ...process });
  else
    await recorder.emit({
      ...{ type: 'run.started', run: 'run-1', workflow: what.name, variant: 'test', inputs: setting.inputs ?? {} },
      ...{ deploys: true, ...process },
    });
  return runWorkflow(engine, {
    workflow: what,
    units: unitsIn(what, engine),
    scope,
    known: knownFrom(setting.earlier ?? [], setting.resume),
    resumed: setting.resume !== undefined,
    usualMs: (address) => setting.usual?.[address],
    holdings: setting.holdings ?? [],
    confirms: setting.confirms === true,
    ...(setting.remnants && { remnants: setting.remnants }),
  });
};

const unitsIn = ({ steps }: Workflow, engine: Engine): readonly Unit[] =>
  steps.flatMap((step) => unitsOf(step, engine));

/** What journals leave known: of each step what the newest run says that touched it. */
export const knownFrom = (
  earlier: readonly (readonly RunEvent[])[],
  current: readonly RunEvent[] = [],
): ReadonlyMap<string, Known> => {
  const known = new Map<string, Known>();
  const gone = new Set<string>();
  for (const [index, events] of [...earlier, current].reverse().entries()) {
    const state = foldRun(events);
    for (const [address, step] of state.known)
      if (!known.has(address) && !gone.has(address))
        known.set(address, { ...step, inThisRun: index === 0, run: 'run-1' });
    for (const address of state.undone) gone.add(address);
  }
  return known;
};

/** What a run has made and not taken away, as a later one is given it. */
export const holdingsFrom = (events: readonly RunEvent[], run = 'run-1'): readonly Holding[] =>
  foldRun(events).holdings.map((holding) => ({ ...holding, run }));

const resultOf = (parts: Pick<Ran, 'result' | 'world' | 'told' | 'journal' | 'logs' | 'clock'>): Ran => {
  const all = <T extends RunEvent['type']>(type: T): readonly EventOf<T>[] =>
    parts.told.filter((event): event is EventOf<T> => event.type === type);
  return {
    ...parts,
    outcomes: Object.fromEntries(parts.result.outcomes),
    all,
    finish: (address) => {
      const found = all('step.finished').findLast((event) => event.address === address);
      if (!found) throw new Error(`${address} has no end`);
      return found;
    },
  };
};

const pickHost = ({ commands, files, processes }: Setting): Omit<MemoryHostOptions, 'clock'> => ({
  ...(commands && { commands }),
  ...(files && { files }),
  ...(processes && { processes }),
});

const memoryLog = (logs: Map<string, string>, name: string): StepLog => ({
  path: `/state/runs/run-1/logs/${name}`,
  write: async (chunk) => {
    logs.set(name, (logs.get(name) ?? '') + chunk.toString());
  },
  close: async () => {},
});
