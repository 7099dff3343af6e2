// A journal in memory. What it gives back has gone through JSON, as it would have on the disk.
import { durability, type EventBody, type RunEvent } from '../../src/core/event.ts';
import type { Appended, Journal } from '../../src/engine/ports.ts';

export class MemoryJournal implements Journal {
  readonly events: RunEvent[];
  closed = false;
  /** Asked before each fact is taken; what it returns is thrown instead. */
  refuse: (body: EventBody) => Error | undefined = () => undefined;
  private seq: number;
  private syncing: Promise<void> | undefined;

  constructor(past: readonly RunEvent[] = []) {
    this.events = [...past];
    this.seq = past.at(-1)?.seq ?? 0;
  }

  append(body: EventBody, at: number): Appended {
    if (this.closed) throw new Error('append after close');
    const kind = durability(body.type);
    if (kind === 'view') return { event: { seq: this.seq, at, ...body } };
    const refusal = this.refuse(body);
    if (refusal) throw refusal;
    this.seq += 1;
    const event = JSON.parse(JSON.stringify({ seq: this.seq, at, ...body })) as RunEvent;
    this.events.push(event);
    return kind === 'sync' ? { event, durable: this.sync() } : { event };
  }

  /** One for all that comes in the same turn of the event loop. */
  protected sync(): Promise<void> {
    this.syncing ??= new Promise((resolve) => {
      setImmediate(() => {
        this.syncing = undefined;
        resolve();
      });
    });
    return this.syncing;
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

/** What a store throws; the engine knows it by its name. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
