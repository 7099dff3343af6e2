import { describe, expect, it } from 'vitest';
import type { StepSpec } from '../../src/core/workflow.ts';
import { StepError } from '../../src/engine/step-type.ts';
import { making, runIn, workflow } from '../rig/run-in.ts';
import { World } from '../rig/world.ts';

const each = (list: unknown, more: Partial<StepSpec> = {}): StepSpec =>
  making('each', {
    foreach: { n: list as never },
    with: { name: '${{ n }}' },
    health: [{ probe: 'is', fact: '${{ n }}', within: '0s' }],
    ...more,
  });

describe('a step for each of a list', () => {
  it('has one child an item, side by side, and what needs it waits for all', async () => {
    const world = new World();
    const here = new Set<string>();
    for (const name of ['x', 'y'])
      world.does.set(name, async (_, { host }) => {
        here.add(name);
        while (here.size < 2) await host.clock.sleep(5);
        world.facts.set(name, true);
      });
    const { outcomes } = await runIn(workflow([each(['x', 'y']), making('after', { needs: ['each'] })]), { world });
    expect(outcomes).toEqual({ 'each[x]': 'changed', 'each[y]': 'changed', after: 'changed' });
    expect(world.deeds.at(-1)).toBe('after');
  });

  it('may be a map: the item has its key and its values', async () => {
    const step = making('each', {
      foreach: { host: { leaf1: { port: 1 }, leaf2: { port: 2 } } },
      with: { name: '${{ host.key + ":" + string(host.port) }}' },
      health: [],
    });
    const { outcomes, world } = await runIn(workflow([step]));
    expect(outcomes).toEqual({ 'each[leaf1]': 'changed', 'each[leaf2]': 'changed' });
    expect(world.deeds).toEqual(['leaf1:1', 'leaf2:2']);
  });

  it('names its children by name, id or key of the item, or as `key` says', async () => {
    const named = await runIn(workflow([making('e', { foreach: { n: [{ name: 'p' }, { id: 'q' }] }, health: [] })]));
    expect(Object.keys(named.outcomes)).toEqual(['e[p]', 'e[q]']);
    const keyed = await runIn(
      workflow([making('e', { foreach: { n: [{ as: 1 }, { as: 2 }] }, key: '"as" + string(n.as)', health: [] })]),
    );
    expect(Object.keys(keyed.outcomes)).toEqual(['e[as1]', 'e[as2]']);
  });

  it('resumes its children one by one', async () => {
    const world = new World();
    world.does.set('y', () => {
      throw new StepError('broken');
    });
    const steps = workflow([each(['x', 'y', 'z']), making('after', { needs: ['each'] })]);
    const first = await runIn(steps, { world });
    expect(first.outcomes).toEqual({
      'each[x]': 'changed',
      'each[y]': 'failed',
      'each[z]': 'changed',
      after: 'blocked',
    });
    expect(first.finish('after').reason).toBe('needs each');
    world.does.clear();
    const again = await runIn(steps, { world, resume: first.journal });
    expect(again.outcomes).toEqual({
      'each[x]': 'satisfied',
      'each[y]': 'changed',
      'each[z]': 'satisfied',
      after: 'changed',
    });
    expect(world.deeds).toEqual(['x', 'y', 'z', 'y', 'after']);
  });

  it('runs only what is new when the list changes between runs', async () => {
    const first = await runIn(workflow([each(['x', 'y'])]));
    const again = await runIn(workflow([each(['y', 'w', 'x'])]), { world: first.world, earlier: [first.journal] });
    expect(again.outcomes).toEqual({ 'each[y]': 'satisfied', 'each[w]': 'changed', 'each[x]': 'satisfied' });
    expect(first.world.deeds).toEqual(['x', 'y', 'w']);
  });

  it('of none lets what needs it go on, but not before what it needs', async () => {
    const world = new World();
    const steps = workflow([making('a'), each([], { needs: ['a'] }), making('after', { needs: ['each'] })]);
    const { outcomes } = await runIn(steps, { world });
    expect([outcomes, world.deeds]).toEqual([{ a: 'changed', after: 'changed' }, ['a', 'after']]);
  });

  it('that rests on outputs is known once those are', async () => {
    const world = new World();
    world.does.set('a', () => ({ nodes: ['x', 'y'] }));
    const steps = workflow([
      making('a', { health: [] }),
      each('${{ steps.a.outputs.nodes }}', { needs: ['a'] }),
      making('after', { needs: ['each'] }),
    ]);
    const { outcomes, all } = await runIn(steps, { world });
    expect(outcomes).toEqual({ a: 'changed', 'each[x]': 'changed', 'each[y]': 'changed', after: 'changed' });
    expect(all('step.expanded')[0]?.children.map(({ address }) => address)).toEqual(['each[x]', 'each[y]']);
    expect(world.deeds.at(-1)).toBe('after');
  });

  it('that turns out to be no list fails, and says what it got', async () => {
    const world = new World();
    world.does.set('a', () => ({ nodes: 5 }));
    const steps = workflow([making('a', { health: [] }), each('${{ steps.a.outputs.nodes }}', { needs: ['a'] })]);
    const { finish } = await runIn(steps, { world });
    expect(finish('each').failure).toMatchObject({ message: 'foreach of step each needs a list or a map, and got 5' });
    await expect(runIn(workflow([each('${{ 5 }}')]))).rejects.toThrow('needs a list or a map, and got 5');
  });

  it('refuses two children of one name', async () => {
    await expect(runIn(workflow([each(['x', 'x'])]))).rejects.toThrow('two children of step each have the key "x"');
  });

  it('may have children that need one child of another list', async () => {
    const world = new World();
    world.does.set('x', async (_, { host }) => {
      await host.clock.sleep(1000);
      world.facts.set('x', true);
    });
    const second = making('second', {
      foreach: { n: ['x', 'y'] },
      needs: ['each[${{ n }}]'],
      with: { name: 'second ${{ n }}' },
      health: [],
    });
    await runIn(workflow([each(['x', 'y']), second]), { world });
    expect(world.deeds).toEqual(['x', 'y', 'second y', 'second x']);
  });

  it('gives the outputs of its children by their keys', async () => {
    const world = new World();
    for (const [name, port] of [
      ['x', 1],
      ['y', 2],
    ] as const)
      world.does.set(name, () => ({ port }));
    const steps = workflow([
      each(['x', 'y'], { health: [] }),
      making('sum', {
        needs: ['each'],
        with: { name: 'sum', ports: '${{ [steps.each.outputs.x.port, steps.each.outputs["y"].port] }}' },
      }),
    ]);
    const { all } = await runIn(steps, { world });
    expect(all('step.started').at(-1)?.definition).toMatchObject({ with: { ports: [1, 2] } });
  });

  it('lets as many children act at once as `concurrency` says', async () => {
    const world = new World();
    const now = { acting: 0, most: 0 };
    for (const name of ['u', 'v', 'w', 'x', 'y'])
      world.does.set(name, async (_, { host }) => {
        now.acting += 1;
        now.most = Math.max(now.most, now.acting);
        await host.clock.sleep(100);
        now.acting -= 1;
      });
    await runIn(workflow([each(['u', 'v', 'w', 'x', 'y'], { concurrency: 2, health: [] })]), { world });
    expect([now.most, world.deeds]).toEqual([2, ['u', 'v', 'w', 'x', 'y']]);
  });
});
