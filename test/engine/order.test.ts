import { describe, expect, it } from 'vitest';
import { making, runIn, World, workflow } from '../rig/run-in.ts';

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
});
