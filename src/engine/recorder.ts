// The one way out of the engine: a fact goes to the journal first, then into the state, then to whoever watches; in the order of
// the journal, and without secrets.
import type { EventBody, RunEvent } from '../core/event.ts';
import type { Masker } from '../core/mask.ts';
import { maskEvent } from '../core/mask-event.ts';
import { RunFolder, type RunState } from '../core/run-state.ts';
import type { Clock, Journal } from './ports.ts';

interface Options {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly past: Iterable<RunEvent>;
  readonly masker?: Masker;
  readonly onBroken: (error: unknown) => void;
}

export class Recorder {
  private readonly folder = new RunFolder();
  private readonly listeners: ((event: RunEvent) => void)[] = [];
  private readonly options: Options;
  /** The first error of the journal: after it nothing may be started any more. */
  private broken: { readonly error: unknown } | undefined;
  /** Resolves once every fact before has been passed on, or was refused. */
  private passed: Promise<unknown> = Promise.resolve();

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

  /** Resolves when the fact is as durable as its type asks. @throws what the journal throws, for this fact and all later ones. */
  async emit(body: EventBody): Promise<RunEvent> {
    if (this.broken) throw this.broken.error;
    const { journal, clock, masker } = this.options;
    const appended = journal.append(masker ? maskEvent(body, masker) : body, clock.now());
    appended.catch(() => {
      // Handled below, when its turn has come.
    });
    // Facts that need no sync are in the journal earlier than one before them that does: they wait for it here.
    const passed = this.passed.then(async () => this.pass(await appended));
    this.passed = passed.catch(() => {});
    try {
      return await passed;
    } catch (error) {
      if (!this.broken) {
        this.broken = { error };
        this.options.onBroken(error);
      }
      throw error;
    }
  }

  private pass(event: RunEvent): RunEvent {
    this.folder.add(event);
    for (const listener of this.listeners) listener(event);
    return event;
  }
}
