// How a run is asked to stop, in three stages: start nothing new, end what runs, leave at once.

export type StopStage = 'finish' | 'stop' | 'leave';

export class StopControl {
  private readonly controller = new AbortController();
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

  /** Aborts at the second stage; its reason carries the signal's name. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  onStage(listener: (stage: StopStage, signal: string) => void): void {
    this.listeners.push(listener);
  }

  ask(stage: StopStage, signal: string): void {
    this.current = stage;
    this.by = signal;
    if (stage !== 'finish' && !this.controller.signal.aborted) this.controller.abort({ signal: 'SIGTERM' });
    for (const listener of this.listeners) listener(stage, signal);
  }
}
