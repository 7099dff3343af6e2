import { describe, expect, it } from 'vitest';
import type { PlanItem } from '../../src/engine/plan/plan.ts';
import { making, planIn, runIn, workflow } from '../rig/run-in.ts';
import { World } from '../rig/world.ts';

const chain = workflow([
  making('a'),
  making('b', { needs: ['a'], with: { name: 'b', port: '${{ steps.a.outputs.port }}' } }),
  making('c', { needs: ['b'], if: 'inputs.wanted' }),
]);
const inputs = { wanted: false };
const sayings = (items: readonly PlanItem[]) =>
  Object.fromEntries(items.map(({ unit, verdict, reason }) => [unit.address, `${verdict}: ${reason}`]));

const yielding = (): World => {
  const world = new World();
  world.does.set('a', () => {
    world.facts.set('a', true);
    return { port: 1 };
  });
  return world;
};

describe('a plan', () => {
  it('says of each step what would be done and why, and what can not be known before', async () => {
    const world = new World();
    expect(sayings(await planIn(chain, { world, inputs }))).toEqual({
      a: 'run: a: not there',
      b: 'after: known after a',
      c: 'skip: its if is false: inputs.wanted',
    });
    expect(world.deeds).toEqual([]);
  });

  it('is what a run then does', async () => {
    const world = yielding();
    const first = await runIn(chain, { world, inputs });
    world.facts.delete('b');
    const setting = { world, inputs, earlier: [first.journal] };
    expect(sayings(await planIn(chain, setting))).toEqual({
      a: 'keep: it holds',
      b: 'run: b: not there',
      c: 'skip: its if is false: inputs.wanted',
    });
    expect((await runIn(chain, setting)).outcomes).toEqual({ a: 'satisfied', b: 'changed', c: 'skipped' });
  });

  it('tells what is left out, asked to run again and assumed', async () => {
    const world = yielding();
    const first = await runIn(chain, { world, inputs });
    const scope = { only: ['a', 'b'], redo: ['a'], assume: [{ step: 'b', reason: 'seen' }] };
    expect(sayings(await planIn(chain, { world, inputs, earlier: [first.journal], scope }))).toEqual({
      a: 'run: it was asked to run again',
      b: 'keep: assumed: seen',
      c: 'left-out: not chosen',
    });
  });

  it('asks everything side by side', async () => {
    const world = new World();
    const names = Array.from({ length: 10 }, (_, index) => `s${index}`);
    const commands = async () => 0;
    const steps = names.map((id) => ({ id, needs: [], run: [id], health: [{ probe: 'is', fact: id }] }));
    await planIn(workflow(steps), { world, commands });
    expect(world.looks).toBe(10);
  });

  it('knows the children of a list whose step is kept, as a run does', async () => {
    const world = new World();
    world.does.set('list', () => {
      world.facts.set('list', true);
      return { names: ['x', 'y'] };
    });
    const each = making('each', {
      needs: ['list'],
      foreach: { n: '${{ steps.list.outputs.names }}' as never },
      with: { name: '${{ n }}' },
      health: [{ probe: 'is', fact: '${{ n }}', within: '0s' }],
    });
    const steps = workflow([making('list'), each, making('after', { needs: ['each'] })]);
    const first = await runIn(steps, { world });
    world.facts.delete('y');
    const setting = { world, earlier: [first.journal] };
    expect(sayings(await planIn(steps, setting))).toEqual({
      list: 'keep: it holds',
      'each[x]': 'keep: it holds',
      'each[y]': 'run: y: not there',
      after: 'keep: it holds',
    });
    const redo = { ...setting, scope: { only: ['each[x]'], redo: ['each[x]'] } };
    expect(sayings(await planIn(steps, redo))).toMatchObject({
      'each[x]': 'run: it was asked to run again',
      'each[y]': 'left-out: not chosen',
    });
    world.facts.delete('list');
    expect(sayings(await planIn(steps, setting))).toMatchObject({ each: 'after: known after list' });
  });

  it('says of a list that can not be computed what a run would', async () => {
    const none = making('none', { if: 'false' });
    const each = making('each', { needs: ['none'], foreach: { n: '${{ steps.none.outputs.names }}' as never } });
    const steps = workflow([none, each]);
    const ran = await runIn(steps);
    expect(sayings(await planIn(steps))).toMatchObject({ each: `fail: ${ran.finish('each').reason}` });
    const skipped = workflow([none, { ...each, if: '1 > 2' }]);
    expect(sayings(await planIn(skipped))).toMatchObject({ each: 'skip: its if is false: 1 > 2' });
  });
});
