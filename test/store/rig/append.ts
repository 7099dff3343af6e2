// Appends a fact and waits until it is as durable as its type asks.
import type { EventBody, RunEvent } from '../../../src/core/event.ts';
import type { Journal } from '../../../src/engine/ports.ts';

export const append = async (journal: Journal, body: EventBody, at: number): Promise<RunEvent> => {
  const { event, durable } = journal.append(body, at);
  await durable;
  return event;
};
