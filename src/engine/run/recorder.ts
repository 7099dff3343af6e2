// The one way out of the engine: a fact goes to the journal first, then into the state, then to whoever watches; in the order of
// the journal, and without secrets.
import type { EventBody, RunEvent } from '../../core/event.ts';
import { type Masker, maskEvent } from '../../core/mask.ts';
import { RunFolder, type RunState } from '../../core/run-state.ts';
import type { Appended, Clock, Journal } from '../ports.ts';

interface Options {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly past: Iterable<RunEvent>;
  readonly masker?: Masker;
  readonly onBroken: (error: unknown) => void;
}

/** Facts that become durable together, and are passed on together. */
interface Batch {
  readonly durable: Promise<void> | undefined;
  readonly events: RunEvent[];
  readonly passed: Promise<void>;
}

export class Recorder {
  private readonly folder = new RunFolder();
  private readonly listeners: ((event: RunEvent) => void)[] = [];
  private readonly options: Options;
  /** The first error of the journal: after it nothing may be started any more. */
  private broken: { readonly error: unknown } | undefined;
  /** Facts that need no sync are in the journal earlier than one before them that does: they wait for it here. */
  private latest: Batch | undefined;

  constructor(options: Options) {
    this.options = options;
    for (const event of options.past) this.folder.add(event);
  }

  get state(): RunState {
    return this.folder.state;
  }

  listen(listener: (event: RunEvent) => void): void {
    this.listeners.push(listener);
  }

  /**
   * Resolves when the fact is as durable as its type asks, and has been passed on; rejects with what the journal throws, for this fact
   * and all later ones. It is one promise for all that became durable together: ten thousand steps may have an end in one turn.
   */
  emit(body: EventBody): Promise<void> {
    if (this.broken) return Promise.reject(this.broken.error);
    const { journal, clock, masker } = this.options;
    try {
      return this.passOn(journal.append(masker ? maskEvent(body, masker) : body, clock.now()));
    } catch (error) {
      this.breakOff(error);
      return Promise.reject(error);
    }
  }

  private passOn({ event, durable }: Appended): Promise<void> {
    const { latest } = this;
    if (latest && (durable === undefined || durable === latest.durable)) {
      latest.events.push(event);
      return latest.passed;
    }
    const events = [event];
    const batch: Batch = { durable, events, passed: this.passAfter(latest?.passed, durable, events) };
    batch.passed.catch((error) => this.breakOff(error));
    this.latest = batch;
    return batch.passed;
  }

  private async passAfter(before: Promise<void> | undefined, durable: Promise<void> | undefined, events: RunEvent[]) {
    try {
      await before;
    } catch {
      // It has been told to those who wait for what came before.
    }
    await durable;
    // From here on what comes is passed on by itself.
    if (this.latest?.events === events) this.latest = undefined;
    for (const event of events) {
      this.folder.add(event);
      for (const listener of this.listeners) listener(event);
    }
  }

  private breakOff(error: unknown): void {
    if (this.broken) return;
    this.broken = { error };
    this.options.onBroken(error);
  }
}
