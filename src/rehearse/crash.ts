// The moments at which a rehearsed program may die, and its death. A journal in memory stands for the one on the disk.
import { durability, type EventBody, type RunEvent } from '../core/event.ts';
import type { Appended, Journal } from '../engine/ports.ts';
import type { World } from './world.ts';

/** Ends a rehearsed run where SIGKILL would; nothing of it happens any more. */
export class Crash extends Error {
  constructor(moment: string) {
    super(`killed ${moment}`);
    this.name = 'Crash';
  }
}

export class Boundaries {
  /** What the moments were, in order. */
  readonly passed: string[] = [];
  private readonly world: World;
  private readonly deadly: number | undefined;

  /** `deadly` counts from 1. */
  constructor(world: World, deadly?: number) {
    this.world = world;
    this.deadly = deadly;
  }

  /** @throws Crash at the deadly one, and at every one after it. */
  pass(moment: string): void {
    if (this.world.dead) throw new Crash(moment);
    this.passed.push(moment);
    if (this.passed.length !== this.deadly) return;
    this.world.dead = true;
    throw new Crash(moment);
  }
}

/** Keeps the facts after `past` in the list it is given; each one that must be durable is a boundary on both sides. */
export const memoryJournal = (events: RunEvent[], boundaries: Boundaries): Journal => ({
  append: (body: EventBody, at: number): Appended => {
    const kept = durability(body.type) !== 'view';
    const event: RunEvent = { seq: events.length + 1, at, ...body };
    if (!kept) return { event };
    const name = 'address' in body ? `${body.type} of ${body.address}` : body.type;
    boundaries.pass(`before the record ${name}`);
    events.push(event);
    if (durability(body.type) === 'sync') boundaries.pass(`after the record ${name}`);
    return { event };
  },
  close: async () => {},
});
