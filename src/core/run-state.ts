// The state of a run, as a fold over its events. Whoever wants to know how a run stands asks this and nothing else.
import type {
  Address,
  Created,
  EventOf,
  Outcome,
  PlannedStep,
  ProcessIdentity,
  RunEvent,
  UndoRecord,
} from './event.ts';
import type { Failure } from './failure.ts';
import type { Observation } from './observation.ts';

export interface StepState {
  readonly address: Address;
  readonly status: 'started' | 'finished';
  readonly attempt: number;
  readonly at: number;
  readonly fingerprint?: string | undefined;
  readonly definition?: unknown;
  readonly process?: ProcessIdentity;
  /** How many processes this attempt has announced. */
  readonly spawned?: number;
  /** The newest of them. */
  readonly processes?: readonly ProcessIdentity[];
  readonly command?: string;
  readonly outcome?: Outcome;
  readonly reason?: string | undefined;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly evidence: readonly Observation[];
  readonly failure?: Failure | undefined;
  readonly durationMs?: number;
  readonly log?: string | undefined;
}

/** Something that was made and, as far as is known, not yet taken away. */
export interface Holding {
  readonly address: Address;
  readonly created: readonly Created[];
  readonly undo?: UndoRecord;
  readonly seq: number;
  readonly at: number;
}

export interface RunState {
  readonly start?: EventOf<'run.started'>;
  readonly planned: ReadonlyMap<Address, PlannedStep>;
  readonly steps: ReadonlyMap<Address, StepState>;
  readonly holdings: ReadonlyMap<Address, Holding>;
  /** Addresses whose things were taken away in this run. */
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
  private readonly steps = new Map<Address, StepState>();
  private readonly holdings = new Map<Address, Holding>();
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
        this.drivers.push(event.process);
        break;
      case 'run.resumed':
        this.end = undefined;
        this.drivers.push(event.process);
        break;
      case 'run.planned':
        for (const step of event.steps) this.planned.set(step.address, step);
        break;
      case 'step.expanded':
        for (const step of event.children) this.planned.set(step.address, step);
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
      case 'step.finished':
        this.addFinished(event);
        break;
      case 'step.undone':
        if (event.outcome === 'failed') break;
        this.holdings.delete(event.address);
        this.undone.add(event.address);
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
      holdings: this.holdings,
      undone: this.undone,
      lastSeq: this.lastSeq,
      drivers: this.drivers,
    };
  }

  private addStarted(event: EventOf<'step.started'>): void {
    const { address, attempt, at, fingerprint, definition, command } = event;
    const outputs = this.steps.get(address)?.outputs ?? {};
    this.steps.set(address, {
      address,
      status: 'started',
      attempt,
      at,
      fingerprint,
      definition,
      command,
      outputs,
      evidence: [],
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
    const { address, outcome, reason, fingerprint, outputs, evidence, failure, durationMs, attempts, log, at } = event;
    const before = this.steps.get(address);
    const definition = event.definition ?? before?.definition;
    const command = before?.command;
    this.steps.set(address, {
      ...{
        address,
        status: 'finished',
        attempt: attempts,
        at,
        outcome,
        reason,
        outputs,
        evidence,
        failure,
        durationMs,
        log,
        definition,
      },
      fingerprint: fingerprint ?? before?.fingerprint,
      ...(command !== undefined && { command }),
    });
    this.hold(event);
  }

  private hold({ address, creates, undo, seq, at }: EventOf<'step.started'> | EventOf<'step.finished'>): void {
    if (creates.length === 0 && undo === undefined) return;
    const first = this.holdings.get(address);
    this.undone.delete(address);
    this.holdings.set(address, {
      address,
      created: creates,
      seq: first?.seq ?? seq,
      at: first?.at ?? at,
      ...(undo && { undo }),
    });
  }

  private patch(address: Address, part: Partial<StepState>): void {
    const before = this.steps.get(address);
    if (before) this.steps.set(address, { ...before, ...part });
  }
}
