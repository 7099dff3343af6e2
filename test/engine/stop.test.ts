import { describe, expect, it } from 'vitest';
import { StopControl } from '../../src/engine/stop.ts';
import type { Answer } from '../rig/memory-host.ts';
import { making, startIn, workflow } from '../rig/run-in.ts';
import { World } from '../rig/world.ts';

const slowWorld = (name: string): World => {
  const world = new World();
  world.does.set(name, async (_, { host, signal }) => {
    await host.clock.sleep(5000, signal);
    if (!signal.aborted) world.facts.set(name, true);
    if (signal.aborted) throw new Error('ended');
  });
  return world;
};

const chain = workflow([making('a'), making('b', { needs: ['a'] })]);

describe('the first request to stop', () => {
  it('lets what runs finish, with its proof, and starts nothing new', async () => {
    const started = startIn(chain, { world: slowWorld('a') });
    await started.event(({ type }) => type === 'step.started');
    started.stop.ask('finish', 'SIGINT');
    expect((await started.ended).outcome).toBe('interrupted');
    expect(started.ran().outcomes).toEqual({ a: 'changed' });
    expect(started.world.deeds).toEqual(['a']);
  });

  it('ends the waiting for a precondition: nothing has started yet', async () => {
    const waiting = making('a', { preconditions: [{ probe: 'is', fact: 'never', within: '1h' }] });
    const started = startIn(workflow([waiting]));
    await started.event((event) => event.type === 'step.looked');
    started.stop.ask('finish', 'SIGINT');
    expect((await started.ended).outcome).toBe('interrupted');
    expect(started.ran().outcomes).toEqual({});
    expect(started.clock.monotonic()).toBeLessThan(60_000);
  });

  it('lets nothing start that waits for its place', async () => {
    const world = slowWorld('a');
    const steps = workflow([making('a', { needs: [] }), making('b', { needs: [] })]);
    const started = startIn(steps, { world, actions: 1 });
    await started.event(({ type }) => type === 'step.started');
    started.stop.ask('finish', 'SIGINT');
    await started.ended;
    expect(started.ran().outcomes).toEqual({ a: 'changed' });
  });
});

describe('the second request to stop', () => {
  it('ends what runs, which is then interrupted by that signal', async () => {
    const started = startIn(chain, { world: slowWorld('a') });
    await started.event(({ type }) => type === 'step.started');
    started.stop.ask('finish', 'SIGINT');
    started.stop.ask('stop', 'SIGINT');
    expect((await started.ended).outcome).toBe('interrupted');
    expect(started.ran().finish('a')).toMatchObject({
      outcome: 'interrupted',
      failure: { kind: 'cancelled', signal: 'SIGINT' },
    });
    expect(started.clock.monotonic()).toBeLessThan(5000);
  });

  it('ends a command, and tells it by which signal', async () => {
    const seen: unknown[] = [];
    const started = startIn(workflow([{ id: 'a', run: ['sleep'] }]), {
      commands: ({ signal }) => {
        signal?.addEventListener('abort', () => seen.push(signal.reason));
        return new Promise<Answer>(() => {});
      },
    });
    await started.event(({ type }) => type === 'step.spawned');
    started.stop.ask('stop', 'SIGTERM');
    expect((await started.ended).outcome).toBe('interrupted');
    expect(seen).toEqual([{ signal: 'SIGTERM' }]);
  });

  it('does not end what puts back what a step type has changed', async () => {
    const world = new World();
    world.does.set('a', async (_, context) => {
      try {
        await context.must(['break']);
      } finally {
        await context.closing().must(['mend']);
      }
    });
    const ran: string[] = [];
    const started = startIn(workflow([making('a')]), {
      world,
      commands: ({ argv, signal }) => {
        const [name = ''] = argv;
        if (name === 'mend') {
          ran.push(signal?.aborted === true ? 'mend, told to end' : 'mend');
          return { exitCode: 0 };
        }
        return new Promise<Answer>((resolve) =>
          signal?.addEventListener('abort', () => resolve({ exitCode: null, signal: 'SIGINT' })),
        );
      },
    });
    await started.event(({ type }) => type === 'step.spawned');
    started.stop.ask('stop', 'SIGINT');
    expect((await started.ended).outcome).toBe('interrupted');
    expect(ran).toEqual(['mend']);
  });

  it('ends the waiting for health', async () => {
    const step = { id: 'a', health: [{ probe: 'is', fact: 'never', within: '1h' }] };
    const started = startIn(workflow([step]));
    await started.event((event) => event.type === 'step.looked');
    started.stop.ask('stop', 'SIGHUP');
    expect((await started.ended).outcome).toBe('interrupted');
    expect(started.ran().finish('a').failure).toMatchObject({ kind: 'cancelled', signal: 'SIGHUP' });
  });
});

describe('a stop', () => {
  it('is not taken back by a weaker request', () => {
    const stop = new StopControl();
    stop.ask('stop', 'SIGTERM');
    stop.ask('finish', 'SIGINT');
    expect([stop.stage, stop.signal.aborted, stop.finishing.aborted]).toEqual(['stop', true, true]);
  });

  it('that comes after the last step changes nothing', async () => {
    const started = startIn(workflow([making('a')]), {
      on: ({ type }) => {
        if (type === 'step.finished') started.stop.ask('finish', 'SIGINT');
      },
    });
    expect((await started.ended).outcome).toBe('succeeded');
  });
});
