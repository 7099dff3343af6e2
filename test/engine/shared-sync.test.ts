import { expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { MemoryJournal } from '../rig/memory-journal.ts';
import { making, runIn, workflow } from '../rig/run-in.ts';
import { World } from '../rig/world.ts';

/** Makes durable, in one go, whatever was appended until the end of a turn of the event loop; as the real one does. */
class SyncedJournal extends MemoryJournal {
  syncs = 0;
  durable: readonly RunEvent[] = [];
  private next: Promise<void> | undefined;

  protected override sync(): Promise<void> {
    this.next ??= super.sync().then(() => {
      this.next = undefined;
      this.syncs += 1;
      this.durable = [...this.events];
    });
    return this.next;
  }
}

const length = 50;
const names = Array.from({ length }, (_, at) => `s${at}`);
const chain = (more: Parameters<typeof making>[1] = {}) =>
  workflow(names.map((name, at) => making(name, { needs: at === 0 ? [] : [`s${at - 1}`], ...more })));

it('acts only once the end of what it needs is durable, and its own start', async () => {
  const world = new World();
  const journal = new SyncedJournal();
  const seen: boolean[] = [];
  for (const [at, name] of names.entries())
    world.does.set(name, () => {
      world.facts.set(name, true);
      const has = (type: RunEvent['type'], address: string | undefined) =>
        journal.durable.some((event) => event.type === type && 'address' in event && event.address === address);
      seen.push(has('step.started', name) && (at === 0 || has('step.finished', names[at - 1])));
    });
  const { result } = await runIn(chain(), { world, journal });
  expect(result.outcome).toBe('succeeded');
  expect(seen).toEqual(names.map(() => true));
});

it('shares one sync between an end and the start that follows', async () => {
  const journal = new SyncedJournal();
  const { outcomes } = await runIn(chain({ health: [] }), { journal });
  expect(Object.values(outcomes)).toEqual(names.map(() => 'changed'));
  // Those of the run itself, its first start and its last end besides.
  expect(journal.syncs).toBeLessThanOrEqual(length + 4);
});

it('needs next to no syncs where nothing is to be done', async () => {
  const world = new World();
  for (const name of names) world.facts.set(name, true);
  const journal = new SyncedJournal();
  const { outcomes } = await runIn(chain(), { world, journal });
  expect(Object.values(outcomes)).toEqual(names.map(() => 'satisfied'));
  expect(journal.syncs).toBeLessThan(length / 2);
});

it('records all that is kept with one sync, however long the chain is', async () => {
  const first = await runIn(chain());
  const journal = new SyncedJournal();
  const again = await runIn(chain(), { world: first.world, journal, earlier: [first.journal] });
  expect(Object.values(again.outcomes)).toEqual(names.map(() => 'satisfied'));
  // The beginning of the run, their ends, and its own.
  expect(journal.syncs).toBe(3);
});
