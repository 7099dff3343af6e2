// How a run is asked to stop, in three stages: start nothing new, end what runs, leave at once.
import { setMaxListeners } from 'node:events';

export type StopStage = 'finish' | 'stop' | 'leave';

export class StopControl {
  private readonly starting = patient();
  private readonly running = patient();
  private readonly listeners: ((stage: StopStage, signal: string) => void)[] = [];
  private current: StopStage | undefined;
  private by: string | undefined;

  /** Undefined while nobody asked to stop. */
  get stage(): StopStage | undefined {
    return this.current;
  }

  /** The name of the signal that asked last. */
  get reason(): string | undefined {
    return this.by;
  }

  /** Aborts at the first stage: what waits for a start stops waiting. */
  get finishing(): AbortSignal {
    return this.starting.signal;
  }

  /** Aborts at the second stage; its reason carries the signal's name, with which children are asked to end. */
  get signal(): AbortSignal {
    return this.running.signal;
  }

  onStage(listener: (stage: StopStage, signal: string) => void): void {
    this.listeners.push(listener);
  }

  /** A stage that was reached is not left again. */
  ask(stage: StopStage, signal: string): void {
    if (this.current === undefined || order[stage] > order[this.current]) this.current = stage;
    this.by = signal;
    this.starting.abort({ signal });
    if (this.current !== 'finish') this.running.abort({ signal });
    for (const listener of this.listeners) listener(stage, signal);
  }
}

const order: Readonly<Record<StopStage, number>> = { finish: 0, stop: 1, leave: 2 };

/** Node takes more than ten listeners for a leak; here every step of a run listens. */
const patient = (): AbortController => {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
};
