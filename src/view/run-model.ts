// What every view knows of a run: the fold over its events, one record a step. It reads no clock and words nothing.
import type { Address, EventOf, PlannedStep, RunEvent, Scope } from '../core/event.ts';
import { leftOut } from './left-out.ts';
import { freshRecord, lastLineOf, noteLook, type StepRecord, worstOf } from './step-record.ts';

/** A step among those it waits for, and those that wait for it. */
interface Link {
  readonly record: StepRecord;
  /** Needs that are not over. */
  open: number;
  followers: Link[];
}

const isOver = ({ phase }: StepRecord): boolean => phase === 'done' || phase === 'left-out';

/** Adds those that waited for nothing else. */
const release = (link: Link, free: Link[]): void => {
  for (const follower of link.followers) {
    follower.open -= 1;
    if (follower.open === 0) free.push(follower);
  }
  link.followers = [];
};

export class RunModel {
  readonly steps = new Map<Address, StepRecord>();
  readonly children = new Map<Address, Address[]>();
  readonly undone: EventOf<'step.undone'>[] = [];
  readonly notices: EventOf<'notice'>[] = [];
  start: EventOf<'run.started'> | undefined;
  end: EventOf<'run.finished'> | undefined;
  stopping: EventOf<'run.stopping'> | undefined;
  /** When this sitting began: at the start, or when the run was taken up again. */
  sittingSince: number | undefined;
  resumed = false;
  /** Grows when steps were added, so that a view can tell that its rows are no longer all. */
  planVersion = 0;
  private scope: Scope = {};
  private readonly links = new Map<Address, Link>();
  private readonly usual: ReadonlyMap<string, number>;

  constructor({ past = [], usual }: { past?: readonly RunEvent[]; usual?: ReadonlyMap<string, number> } = {}) {
    this.usual = usual ?? new Map();
    for (const event of past) this.add(event);
  }

  add(event: RunEvent): void {
    switch (event.type) {
      case 'run.started':
      case 'run.resumed':
        this.begin(event);
        break;
      case 'run.planned':
        this.forget(event.steps);
        this.plan(event.steps);
        break;
      case 'step.expanded':
        this.plan(event.children);
        break;
      case 'run.stopping':
        this.stopping = event;
        break;
      case 'run.finished':
        this.end = event;
        break;
      case 'step.undone':
        this.undone.push(event);
        break;
      case 'notice':
        this.notices.push(event);
        break;
      default:
        this.addToStep(event);
        break;
    }
  }

  private begin(event: EventOf<'run.started'> | EventOf<'run.resumed'>): void {
    if (event.type === 'run.started') this.start = event;
    this.resumed = event.type === 'run.resumed';
    this.scope = event.scope;
    this.sittingSince = event.at;
    this.end = undefined;
    this.stopping = undefined;
    this.undone.length = 0;
    this.notices.length = 0;
    for (const [address, { planned, outcome, before }] of this.steps)
      this.steps.set(address, freshRecord(planned, outcome ?? before));
  }

  /** What the plan of an earlier sitting had and this one has not. */
  private forget(steps: readonly PlannedStep[]): void {
    const stay = new Set(steps.map(({ address }) => address));
    for (const address of this.steps.keys()) if (!stay.has(address)) this.steps.delete(address);
    this.children.clear();
  }

  private plan(steps: readonly PlannedStep[]): void {
    this.planVersion += 1;
    for (const step of steps) {
      const usualMs = step.usualMs ?? this.usual.get(step.address);
      const before = this.steps.get(step.address);
      const planned = usualMs === undefined ? step : { ...step, usualMs };
      this.steps.set(step.address, freshRecord(planned, before?.outcome ?? before?.before));
      if (step.address === step.step) continue;
      // By `before` and not by a search: there may be ten thousand of them.
      const siblings = this.children.get(step.step);
      if (!siblings) this.children.set(step.step, [step.address]);
      else if (!before || !siblings.includes(step.address)) siblings.push(step.address);
    }
    this.connect();
    for (const address of leftOut(
      this.scope,
      [...this.steps.values()].map(({ planned }) => planned),
    )) {
      const record = this.steps.get(address);
      if (record) this.close(record, 'left-out');
    }
  }

  /** Counts anew what each step still waits for. */
  private connect(): void {
    this.links.clear();
    for (const [address, record] of this.steps) this.links.set(address, { record, open: 0, followers: [] });
    for (const link of this.links.values()) {
      const { needs } = link.record.planned;
      for (const need of needs.length < 2 ? needs : new Set(needs)) {
        const other = this.links.get(need);
        if (!other || isOver(other.record)) continue;
        other.followers.push(link);
        link.open += 1;
      }
      if (link.open === 0) this.ready(link);
    }
  }

  /** A parent has no events of its own: it is over as soon as its children are. */
  private ready(first: Link): void {
    const queue = [first];
    for (let link = queue.pop(); link !== undefined; link = queue.pop()) {
      const { record } = link;
      if (record.phase !== 'needs') continue;
      record.phase = 'ready';
      const children = record.planned.parent && this.children.get(record.planned.address);
      if (!children) continue;
      record.outcome = worstOf(children.map((child) => this.steps.get(child)?.outcome));
      record.phase = 'done';
      release(link, queue);
    }
  }

  private close(record: StepRecord, phase: 'done' | 'left-out'): void {
    if (isOver(record)) return;
    record.phase = phase;
    record.waiting = undefined;
    const link = this.links.get(record.planned.address);
    if (!link) return;
    const free: Link[] = [];
    release(link, free);
    for (const each of free) this.ready(each);
  }

  private addToStep(event: Extract<RunEvent, { address: Address }>): void {
    const { address, at } = event;
    const record = this.steps.get(address) ?? this.adopt(address);
    if (event.type !== 'step.judged' && event.type !== 'step.output') record.startedAt ??= at;
    switch (event.type) {
      case 'step.judged':
        record.verdict = event.verdict;
        record.reason = event.reason;
        record.evidence = event.evidence;
        break;
      case 'step.looked':
        noteLook(record, event);
        break;
      case 'step.started':
        record.phase = 'acting';
        record.attempt = event.attempt;
        record.command = event.command;
        record.heals = record.heals === true || event.heals === true;
        record.waiting = undefined;
        break;
      case 'step.spawned':
        record.command = event.command;
        break;
      case 'step.output':
        record.lastLine = lastLineOf(event.text) || (record.lastLine ?? '');
        break;
      case 'step.acted':
        record.failure = event.failure;
        break;
      case 'step.retrying':
        record.phase = 'retrying';
        record.attempt = event.attempt;
        record.failure = event.failure;
        record.retryAt = at + event.delayMs;
        break;
      case 'step.finished':
        this.finish(record, event);
        break;
      default:
        break;
    }
  }

  /** Journals of damaged or foreign origin may name steps no plan has told of. */
  private adopt(address: Address): StepRecord {
    const record = freshRecord({ address, step: address, name: address, needs: [] });
    this.steps.set(address, record);
    this.planVersion += 1;
    return record;
  }

  private finish(record: StepRecord, event: EventOf<'step.finished'>): void {
    const { outcome, reason, failure, evidence, attempts, durationMs, log, at } = event;
    const broken = record.verdict === 'run' && record.evidence.some((each) => !each.holds);
    const wasDone = record.before === 'changed' || record.before === 'satisfied';
    record.healed = outcome === 'changed' && (record.heals === true || (broken && wasDone));
    record.outcome = outcome;
    record.reason = reason;
    record.failure = failure;
    record.evidence = evidence;
    record.attempts = attempts;
    record.durationMs = durationMs;
    record.log = log;
    record.finishedAt = at;
    this.close(record, 'done');
  }

  /** Steps that have an outcome of their own; parents stand for their children and are not counted, unless they ended without any. */
  get counted(): readonly StepRecord[] {
    return [...this.steps.values()].filter(
      ({ planned, phase, finishedAt }) => (planned.parent !== true || finishedAt !== undefined) && phase !== 'left-out',
    );
  }

  /** In the order in which they failed: what another one needs, or what drew others with it, comes first. */
  get failed(): readonly StepRecord[] {
    return this.counted
      .filter(({ outcome }) => outcome === 'failed')
      .sort((a, b) => (a.finishedAt ?? 0) - (b.finishedAt ?? 0));
  }
}
