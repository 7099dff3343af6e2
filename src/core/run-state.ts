// The state of a run, as a fold over its events. Whoever wants to know how a run stands asks this and nothing else.
import { type Renames, renamedAddress, renamesOf } from './address.ts';
import type { Address, Applied, EventOf, Outcome, PlannedStep, ProcessIdentity, RunEvent, Scope } from './event.ts';
import type { Failure, Observation } from './failure.ts';
import { canonical } from './fingerprint.ts';
import { type Deed, type Holding, HoldingBook, renamedDeed } from './holdings.ts';
import { RedoBook } from './redo.ts';
import { needsOf } from './resting.ts';

export interface StepState {
  readonly address: Address;
  readonly status: 'started' | 'finished';
  readonly attempt: number;
  readonly at: number;
  /** Of the attempt that came last, however it ended. */
  readonly fingerprint?: string | undefined;
  readonly definition?: unknown;
  /** The definition that was last brought about; an attempt at another one may have failed since. */
  readonly applied?: Applied | undefined;
  readonly process?: ProcessIdentity;
  /** Its action ended well: what that left running is meant to stay. */
  readonly acted?: true;
  /** How many processes this attempt has announced. */
  readonly spawned?: number;
  /** The newest of them. */
  readonly processes?: readonly ProcessIdentity[];
  readonly command?: string;
  readonly outcome?: Outcome;
  readonly reason?: string | undefined;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Names of outputs that were not kept, because they hold a secret. */
  readonly withheld?: readonly string[] | undefined;
  readonly evidence: readonly Observation[];
  readonly failure?: Failure | undefined;
  readonly durationMs?: number;
  readonly log?: string | undefined;
  /** Of the machine at the end of it; another one now means that it was started anew since. */
  readonly bootId?: string | undefined;
}

/** Whether it ended well the last time. */
export const isDone = (step: Pick<StepState, 'status' | 'outcome'> | undefined): boolean =>
  step?.status === 'finished' && (step.outcome === 'changed' || step.outcome === 'satisfied');

export interface RunState {
  readonly start?: EventOf<'run.started'>;
  readonly planned: ReadonlyMap<Address, PlannedStep>;
  readonly steps: ReadonlyMap<Address, StepState>;
  /** What the next run may build on: as `steps`, but an outcome that touched nothing hides nothing, and what was taken away is gone. */
  readonly known: ReadonlyMap<Address, StepState>;
  /** What the run is about, as last asked for. */
  readonly scope: Scope;
  /** Steps that were asked to run again and have not been started since. */
  readonly pendingRedo: readonly string[];
  /** Of one address the newest record comes last. */
  readonly holdings: readonly Holding[];
  /** What was made and taken away in this run, in that order, for a ledger that knows of other runs too. */
  readonly deeds: readonly Deed[];
  /** Addresses whose things, as the step has them now, were taken away in this run. */
  readonly undone: ReadonlySet<Address>;
  readonly end?: EventOf<'run.finished'>;
  readonly lastSeq: number;
  /** Processes that have driven this run, newest last. */
  readonly drivers: readonly ProcessIdentity[];
}

/** The state after all these events; any prefix of a journal is a state too. */
export const foldRun = (events: Iterable<RunEvent>): RunState => {
  const folder = new RunFolder();
  for (const event of events) folder.add(event);
  return folder.state;
};

/** The same fold, kept up to date event by event. */
export class RunFolder {
  private readonly planned = new Map<Address, PlannedStep>();
  private readonly children = new Map<string, Set<Address>>();
  private readonly steps = new Map<Address, StepState>();
  private readonly known = new Map<Address, StepState>();
  private readonly redo = new RedoBook();
  private scope: Scope = {};
  private readonly holdings = new HoldingBook();
  private deeds: Deed[] = [];
  /** Of each address what was told last, to keep attempt after attempt at the same thing from adding up. */
  private readonly told = new Map<Address, string>();
  private readonly undone = new Set<Address>();
  private readonly drivers: ProcessIdentity[] = [];
  private start: EventOf<'run.started'> | undefined;
  private end: EventOf<'run.finished'> | undefined;
  private lastSeq = 0;

  add(event: RunEvent): void {
    this.lastSeq = event.seq;
    switch (event.type) {
      case 'run.started':
        this.start = event;
        this.addDriver(event);
        break;
      case 'run.resumed':
        this.end = undefined;
        this.addDriver(event);
        break;
      case 'run.planned':
        this.plan(event.steps);
        this.rename(plannedRenames(event.steps));
        break;
      case 'step.expanded':
        this.plan(event.children);
        break;
      case 'run.finished':
        this.end = event;
        break;
      case 'step.started':
        this.addStarted(event);
        break;
      case 'step.spawned':
        this.addSpawned(event);
        break;
      case 'step.acted':
        if (!event.failure) this.patch(event.address, { acted: true });
        break;
      case 'step.finished':
        this.addFinished(event);
        break;
      case 'step.undone':
        if (event.outcome !== 'failed') this.release(event);
        break;
      default:
        break;
    }
  }

  get state(): RunState {
    return {
      ...(this.start && { start: this.start }),
      ...(this.end && { end: this.end }),
      planned: this.planned,
      steps: this.steps,
      known: this.known,
      scope: this.scope,
      pendingRedo: this.redo.pending(this.planned.values()),
      holdings: this.holdings.all,
      deeds: this.deeds,
      undone: this.undone,
      lastSeq: this.lastSeq,
      drivers: this.drivers,
    };
  }

  private addDriver({ process, scope, seq }: EventOf<'run.started'> | EventOf<'run.resumed'>): void {
    this.drivers.push(process);
    this.scope = scope;
    this.redo.ask(scope, seq);
  }

  private plan(steps: readonly PlannedStep[]): void {
    for (const each of steps) {
      const { address, step } = each;
      this.planned.set(address, each);
      if (address === step) continue;
      const siblings = this.children.get(step);
      if (siblings) siblings.add(address);
      else this.children.set(step, new Set([address]));
    }
  }

  /** What was known and made under an earlier id goes on under the one of now. */
  private rename(renames: Renames): void {
    if (renames.size === 0) return;
    this.holdings.rename(renames);
    this.deeds = this.deeds.map((deed) => renamedDeed(renames, deed));
    this.told.clear();
    for (const each of [this.steps, this.known])
      for (const [address, entry] of [...each]) {
        const now = renamedAddress(renames, address);
        if (now === address) continue;
        each.delete(address);
        if (!each.has(now)) (each as Map<Address, unknown>).set(now, { ...entry, address: now });
      }
  }

  private addStarted(event: EventOf<'step.started'>): void {
    const { address, attempt, at, fingerprint, definition, command, seq } = event;
    const before = this.known.get(address);
    this.redo.start(address, seq);
    this.put({
      address, // first, and not spread: a literal that begins with a spread takes V8 ten times as long
      ...{ status: 'started', attempt, at, fingerprint, definition, command },
      // What it yielded before may be none of the world's from here on.
      ...{ outputs: {}, evidence: [], applied: event.applied ?? before?.applied },
    });
    this.hold(event);
  }

  private addSpawned({ address, process, command }: EventOf<'step.spawned'>): void {
    const { spawned = 0, processes = [] } = this.steps.get(address) ?? {};
    // A step may start thousands one after the other; only so many can be under way at once.
    const newest = [...processes.slice(-63), process];
    this.patch(address, { process, command, spawned: spawned + 1, processes: newest });
  }

  private addFinished(event: EventOf<'step.finished'>): void {
    const { address, outcome, reason, outputs, withheld, evidence, failure, durationMs, attempts, log, at } = event;
    const before = this.known.get(address);
    const fingerprint = event.fingerprint ?? before?.fingerprint;
    const definition = event.definition ?? before?.definition;
    const done = outcome === 'changed' || outcome === 'satisfied';
    const applied =
      done && fingerprint !== undefined ? { fingerprint, definition } : (event.applied ?? before?.applied);
    // One literal with nothing spread into it: this is done ten thousand times before the first step of some runs.
    const bootId = this.drivers.at(-1)?.bootId;
    // biome-ignore format: a field a line says no more
    const step: StepState = {
      address, status: 'finished', attempt: attempts, at, outcome, reason, outputs, withheld, evidence, failure,
      durationMs, log, fingerprint, definition, applied, bootId,
    };
    // Of what did not end well a process may still be there.
    if (before && !done) Object.assign(step, processesOf(before));
    // What is found missing later in the run was left by an action that ended well all the same.
    if (before?.acted) Object.assign(step, { acted: before.acted });
    if (before?.command !== undefined) Object.assign(step, { command: before.command });
    this.put(step);
    this.hold(event);
  }

  private put(step: StepState): void {
    this.steps.set(step.address, step);
    const touched = step.outcome !== 'skipped' && step.outcome !== 'blocked';
    if (touched) this.known.set(step.address, step);
  }

  private hold(event: EventOf<'step.started' | 'step.finished'>): void {
    const { address, creates, undo, seq, at } = event;
    if (creates.length === 0 && undo === undefined) return;
    this.undone.delete(address);
    const fingerprint = event.fingerprint ?? this.known.get(address)?.fingerprint;
    const { planned, children } = this;
    const needs = needsOf(address, { planned, children, isHeld: (each) => this.holdings.has(each) });
    const what = {
      ...(undo && { undo }),
      ...(fingerprint !== undefined && { fingerprint }),
      ...(needs.length > 0 && { needs }),
    };
    const telling = canonical({ creates, ...what });
    if (this.told.get(address) === telling) return;
    this.told.set(address, telling);
    const run = this.start && { run: this.start.run };
    this.note({ type: 'made', holding: { address, created: creates, seq, at, ...what, ...run } });
  }

  private release({ address, created, made, earlier }: EventOf<'step.undone'>): void {
    this.told.delete(address);
    this.note({ type: 'undone', address, created, ...(made && { made }) });
    if (earlier) return;
    this.known.delete(address);
    this.undone.add(address);
  }

  private note(deed: Deed): void {
    this.deeds.push(deed);
    this.holdings.do(deed);
  }

  private patch(address: Address, part: Partial<StepState>): void {
    const before = this.steps.get(address);
    if (before) this.put({ ...before, ...part });
  }
}

export const plannedRenames = (planned: Iterable<PlannedStep>): Renames =>
  renamesOf([...planned].map(({ step, was }) => ({ id: step, was })));

const processesOf = ({ process, processes, spawned }: StepState): Partial<StepState> => ({
  ...(process && { process }),
  ...(processes && { processes }),
  ...(spawned !== undefined && { spawned }),
});
