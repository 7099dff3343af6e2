import { describe, expect, it } from 'vitest';
import type { PlanItem } from '../../src/engine/plan.ts';
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
});
