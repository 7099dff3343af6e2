// A journal in memory. What it gives back has gone through JSON, as it would have on the disk.
import { durability, type EventBody, type RunEvent } from '../../src/core/event.ts';
import type { Journal } from '../../src/engine/ports.ts';

export class MemoryJournal implements Journal {
  readonly events: RunEvent[];
  closed = false;
  /** Asked before each fact is taken; what it returns is thrown instead. */
  refuse: (body: EventBody) => Error | undefined = () => undefined;
  private seq: number;

  constructor(past: readonly RunEvent[] = []) {
    this.events = [...past];
    this.seq = past.at(-1)?.seq ?? 0;
  }

  async append(body: EventBody, at: number): Promise<RunEvent> {
    if (this.closed) throw new Error('append after close');
    const kind = durability(body.type);
    if (kind === 'view') return { seq: this.seq, at, ...body };
    const refusal = this.refuse(body);
    if (refusal) throw refusal;
    this.seq += 1;
    const event = JSON.parse(JSON.stringify({ seq: this.seq, at, ...body })) as RunEvent;
    this.events.push(event);
    if (kind === 'sync') await new Promise((resolve) => setImmediate(resolve));
    return event;
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

/** What a store throws; the engine knows it by its name. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
