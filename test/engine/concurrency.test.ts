import { describe, expect, it } from 'vitest';
import { createLimiter } from '../../src/engine/limiter.ts';
import { making, runIn, workflow } from '../rig/run-in.ts';
import { World } from '../rig/world.ts';

/** Actions of these names take 100 ms; the returned function says how many were at work at once at most. */
const busy = (world: World, names: readonly string[]): (() => number) => {
  let [acting, most] = [0, 0];
  for (const name of names)
    world.does.set(name, async (_, { host }) => {
      acting += 1;
      most = Math.max(most, acting);
      await host.clock.sleep(100);
      acting -= 1;
    });
  return () => most;
};

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const steps = (more = {}) => workflow(names.map((id) => making(id, { needs: [], health: [], ...more })));

describe('the concurrency of a workflow', () => {
  it('limits how many actions are at work at once', async () => {
    const world = new World();
    const most = busy(world, names);
    const { clock } = await runIn(steps(), { world, actions: 3 });
    expect([most(), clock.monotonic()]).toEqual([3, 200]);
  });

  it('limits a group of steps by itself, and nobody else', async () => {
    const world = new World();
    const most = busy(world, names);
    const { clock } = await runIn(steps({ concurrency: 'disk' }), { world, groups: { disk: 1 } });
    expect([most(), clock.monotonic()]).toEqual([1, 600]);
  });

  it('does not keep a place while a step waits for its health or for another attempt', async () => {
    const world = new World();
    const slow = making('slow', { needs: [], health: [{ probe: 'is', fact: 'late', within: '10s' }] });
    world.does.set('other', () => void world.facts.set('late', true).set('other', true));
    const { outcomes, clock } = await runIn(workflow([slow, making('other', { needs: [] })]), { world, actions: 1 });
    expect(outcomes).toEqual({ slow: 'changed', other: 'changed' });
    expect(clock.monotonic()).toBeLessThan(1100);
  });

  it('lets the step go first that leads to the longest way', async () => {
    const world = new World();
    busy(world, ['short', 'long', 'after']);
    const list = [
      making('short', { needs: [], health: [] }),
      making('long', { needs: [], health: [] }),
      making('after', { needs: ['long'], health: [] }),
    ];
    await runIn(workflow(list), { world, actions: 1 });
    expect(world.deeds).toEqual(
      ['long', 'after', 'short'].sort((x, y) => world.deeds.indexOf(x) - world.deeds.indexOf(y)),
    );
    expect(world.deeds[0]).toBe('long');
  });

  it('gives the place of a step to the one it makes ready, when that leads to the longest way', async () => {
    const world = new World();
    busy(world, ['short', 'first', 'second', 'third']);
    const list = [
      making('short', { needs: [], health: [] }),
      making('first', { needs: [], health: [] }),
      making('second', { needs: ['first'], health: [] }),
      making('third', { needs: ['second'], health: [] }),
    ];
    await runIn(workflow(list), { world, actions: 1 });
    expect(world.deeds.slice(0, 2)).toEqual(['first', 'second']);
  });
});

describe('a limiter', () => {
  it('hands its places on by rank, and among equals in order of arrival', async () => {
    const { run } = createLimiter(1);
    const order: string[] = [];
    let open: () => void = () => {};
    const first = run(() => new Promise<void>((resolve) => (open = resolve)));
    const others = [
      ['low 1', 0],
      ['high 1', 9],
      ['middle', 5],
      ['high 2', 9],
      ['low 2', 0],
    ] as const;
    const all = others.map(([name, rank]) => run(async () => void order.push(name), rank));
    open();
    await Promise.all([first, ...all]);
    expect(order).toEqual(['high 1', 'high 2', 'middle', 'low 1', 'low 2']);
  });

  it('gives the place free also when the work fails', async () => {
    const { run } = createLimiter(1);
    await expect(run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await run(async () => 'next')).toBe('next');
  });
});
