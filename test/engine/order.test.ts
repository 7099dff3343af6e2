import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/core/event.ts';
import { MemoryJournal, StoreError } from '../rig/memory-journal.ts';
import { making, runIn, workflow } from '../rig/run-in.ts';
import { World } from '../rig/world.ts';

const healthOf = (fact: string) => [{ probe: 'is', fact, within: '0s' }];

describe('a step', () => {
  it('runs once, and is proved', async () => {
    const { outcomes, world, result } = await runIn(workflow([making('a')]));
    expect(outcomes).toEqual({ a: 'changed' });
    expect(world.deeds).toEqual(['a']);
    expect(result.outcome).toBe('succeeded');
  });

  it('that holds already is satisfied and does not run', async () => {
    const world = new World();
    world.facts.set('a', true);
    const { outcomes } = await runIn(workflow([making('a')]), { world });
    expect(outcomes).toEqual({ a: 'satisfied' });
    expect(world.deeds).toEqual([]);
  });

  it('is looked at first, then its preconditions are asked, then it acts, then it is looked at again', async () => {
    const { told } = await runIn(
      workflow([making('a', { preconditions: [{ probe: 'is', fact: 'ground' }] })]),
      groundedWorld(),
    );
    const order = told
      .filter((event) => 'address' in event)
      .map((event) => [event.type, 'phase' in event && event.phase]);
    expect(order).toEqual([
      ['step.looked', 'precondition'],
      ['step.started', false],
      ['step.acted', false],
      ['step.looked', 'health'],
      ['step.finished', false],
    ]);
  });

  it('asks for its preconditions only if there is work', async () => {
    const world = new World();
    world.facts.set('a', true);
    const { outcomes, all } = await runIn(
      workflow([making('a', { preconditions: [{ probe: 'is', fact: 'ground' }] })]),
      { world },
    );
    expect(outcomes).toEqual({ a: 'satisfied' });
    expect(all('step.looked').filter(({ phase }) => phase === 'precondition')).toEqual([]);
  });

  it('whose precondition does not hold fails with its message, and does not act', async () => {
    const precondition = { probe: 'is', fact: 'ground', message: 'lay the ground first' };
    const { finish, world } = await runIn(workflow([making('a', { preconditions: [precondition] })]));
    expect(finish('a')).toMatchObject({
      outcome: 'failed',
      attempts: 0,
      failure: { kind: 'precondition', observation: { saw: 'not there', message: 'lay the ground first' } },
    });
    expect(world.deeds).toEqual([]);
  });

  it('waits for a precondition as long as that says', async () => {
    const world = new World();
    world.does.set('slow', async (_, { host }) => {
      await host.clock.sleep(4000);
      world.facts.set('ground', true);
    });
    const steps = [
      making('slow', { health: [] }),
      making('a', { needs: [], preconditions: [{ probe: 'is', fact: 'ground', within: '10s' }] }),
    ];
    const { outcomes, clock } = await runIn(workflow(steps), { world });
    expect(outcomes).toEqual({ slow: 'changed', a: 'changed' });
    expect(clock.monotonic()).toBeLessThan(10_000);
  });

  it('whose health checks do not become true has failed, whatever its exit code', async () => {
    const step = { id: 'a', run: ['true'], health: [{ probe: 'is', fact: 'a', within: '3s' }] };
    const { finish, clock } = await runIn(workflow([step]), { commands: () => 0 });
    expect(finish('a')).toMatchObject({
      outcome: 'failed',
      failure: { kind: 'health', observations: [{ probe: 'a', holds: false, saw: 'not there' }], waitedMs: 3000 },
    });
    expect(clock.monotonic()).toBe(3000);
  });

  it('says "started" durably before it acts, and its end before what needs it starts', async () => {
    const { journal, told, world } = await runIn(workflow([making('a'), making('b', { needs: ['a'] })]));
    expect(world.deeds).toEqual(['a', 'b']);
    const kept = journal.filter((event) => /started|acted|finished/.test(event.type) && 'address' in event);
    expect(kept.map((event) => `${event.type} ${'address' in event && event.address}`)).toEqual([
      ...['step.started a', 'step.acted a', 'step.finished a'],
      ...['step.started b', 'step.acted b', 'step.finished b'],
    ]);
    expect(told.map(({ seq }) => seq)).toEqual([...told.map(({ seq }) => seq)].sort((x, y) => x - y));
  });

  it('that is not recorded as started does not act', async () => {
    const world = new World();
    await expect(runIn(workflow([making('a')]), { world, journal: refusing('step.started') })).rejects.toThrow(
      'disk full',
    );
    expect(world.deeds).toEqual([]);
  });

  it('that is not recorded as finished lets nothing start that needs it', async () => {
    const world = new World();
    const steps = workflow([making('a'), making('b', { needs: ['a'] })]);
    await expect(runIn(steps, { world, journal: refusing('step.finished') })).rejects.toThrow('disk full');
    expect(world.deeds).toEqual(['a']);
  });

  it('without an action only waits for its health', async () => {
    const step = { id: 'a', health: healthOf('a') };
    expect((await runIn(workflow([step]), factsWorld('a'))).outcomes).toEqual({ a: 'satisfied' });
    expect((await runIn(workflow([step]))).finish('a')).toMatchObject({
      outcome: 'failed',
      failure: { kind: 'health' },
    });
  });
});

describe('`satisfied`', () => {
  it('`never` runs the step although it is healthy', async () => {
    const { outcomes } = await runIn(workflow([making('a', { satisfied: 'never' })]), factsWorld('a'));
    expect(outcomes).toEqual({ a: 'changed' });
  });

  it('with probes decides what done means, and its health is waited for all the same', async () => {
    const world = new World();
    world.facts.set('installed', true);
    const step = making('a', {
      satisfied: [{ probe: 'is', fact: 'installed' }],
      health: [{ probe: 'is', fact: 'serving', within: '5s' }],
    });
    const other = making('other', { needs: [] });
    world.does.set('other', async (_, { host }) => {
      await host.clock.sleep(2000);
      world.facts.set('serving', true).set('other', true);
    });
    const { outcomes } = await runIn(workflow([step, other]), { world });
    expect(outcomes).toEqual({ a: 'satisfied', other: 'changed' });
    expect(world.deeds).toEqual(['other']);
  });

  it('with probes that do not hold runs the step although it is healthy', async () => {
    const world = new World();
    world.facts.set('a', true);
    const { outcomes } = await runIn(workflow([making('a', { satisfied: [{ probe: 'is', fact: 'installed' }] })]), {
      world,
    });
    expect(outcomes).toEqual({ a: 'changed' });
  });

  it('`once` runs the step once for all runs', async () => {
    const steps = workflow([{ ...making('a'), satisfied: 'once', health: [] }]);
    const first = await runIn(steps);
    const second = await runIn(steps, { world: first.world, earlier: [first.journal] });
    expect([first.outcomes, second.outcomes]).toEqual([{ a: 'changed' }, { a: 'satisfied' }]);
    expect(first.world.deeds).toEqual(['a']);
  });
});

const refusing = (type: EventBody['type']): MemoryJournal => {
  const journal = new MemoryJournal();
  journal.refuse = (body) => (body.type === type ? new StoreError('disk full') : undefined);
  return journal;
};

const factsWorld = (...facts: readonly string[]): { world: World } => {
  const world = new World();
  for (const fact of facts) world.facts.set(fact, true);
  return { world };
};

const groundedWorld = (): { world: World } => factsWorld('ground');
