// The one way out of the engine: a fact goes to the journal first, then into the state, then to whoever watches.
import type { EventBody, RunEvent } from '../core/event.ts';
import { RunFolder, type RunState } from '../core/run-state.ts';
import type { Clock, Journal } from './ports.ts';

export class Recorder {
  private readonly folder = new RunFolder();
  private readonly listeners: ((event: RunEvent) => void)[] = [];
  private readonly journal: Journal;
  private readonly clock: Clock;
  /** The first error of the journal: after it nothing may be started any more. */
  private broken: unknown;
  private readonly onBroken: (error: unknown) => void;

  constructor(options: {
    journal: Journal;
    clock: Clock;
    past: Iterable<RunEvent>;
    onBroken: (error: unknown) => void;
  }) {
    this.journal = options.journal;
    this.clock = options.clock;
    this.onBroken = options.onBroken;
    for (const event of options.past) this.folder.add(event);
  }

  get state(): RunState {
    return this.folder.state;
  }

  listen(listener: (event: RunEvent) => void): void {
    this.listeners.push(listener);
  }

  /** Resolves when the fact is as durable as its type asks. @throws what the journal throws, for this fact and all later ones. */
  async emit(body: EventBody): Promise<RunEvent> {
    if (this.broken !== undefined) throw this.broken;
    try {
      const event = await this.journal.append(body, this.clock.now());
      this.folder.add(event);
      for (const listener of this.listeners) listener(event);
      return event;
    } catch (error) {
      if (this.broken === undefined) {
        this.broken = error;
        this.onBroken(error);
      }
      throw error;
    }
  }
}
