import { describe, expect, it } from 'vitest';
import { making, runIn, workflow } from '../rig/run-in.ts';
import { World } from '../rig/world.ts';

const steps = workflow([
  making('a', { health: [{ probe: 'is', fact: 'a', within: '2s' }] }),
  making('b', { needs: ['a'] }),
]);

/** A world in which what `a` made goes while `b` acts. */
const losing = (then?: (world: World) => void): World => {
  const world = new World();
  world.does.set('b', () => {
    world.facts.delete('a');
    world.facts.set('b', true);
    then?.(world);
  });
  return world;
};

describe('the end of a run that deploys', () => {
  it('is no success when what was done is lost while it went on; it is made again when the run is continued', async () => {
    const world = losing();
    const ran = await runIn(steps, { world, confirms: true });
    expect(ran.result.outcome).toBe('failed');
    expect(ran.outcomes).toEqual({ a: 'failed', b: 'changed' });
    expect(ran.finish('a').failure).toMatchObject({ kind: 'health', observations: [{ saw: 'not there' }] });
    expect(ran.all('notice').map(({ message }) => message)).toEqual([
      'a held when it was done, and does not at the end of the run: a: not there',
    ]);
    world.does.clear();
    const again = await runIn(steps, { world, confirms: true, resume: ran.journal });
    expect(again.outcomes).toEqual({ a: 'changed', b: 'satisfied' });
  });

  it('waits for what is away for a moment, and keeps how it ended and what it yielded', async () => {
    const world = losing();
    world.does.set('a', () => {
      world.facts.set('a', true);
      return { port: 5 };
    });
    let asked = 0;
    const ran = await runIn(steps, {
      world,
      confirms: true,
      on: (event) => {
        if (event.type === 'step.looked' && event.address === 'a' && ++asked === 2) world.facts.set('a', true);
      },
    });
    expect(ran.result.outcome).toBe('succeeded');
    expect(ran.finish('a')).toMatchObject({ outcome: 'changed', reason: 'it holds again', outputs: { port: 5 } });
  });

  it('asks nothing twice where nothing has acted or was waited for, nor what was proved last', async () => {
    const world = new World();
    const first = await runIn(steps, { world, confirms: true });
    const looks = world.looks;
    await runIn(steps, { world, confirms: true, earlier: [first.journal] });
    expect(world.looks - looks).toBe(2);
    const one = new World();
    await runIn(workflow([making('a')]), { world: one, confirms: true });
    const without = new World();
    await runIn(workflow([making('a')]), { world: without });
    expect(one.looks).toBe(without.looks);
  });

  it('claims nothing of what a person vouched for', async () => {
    const scope = { assume: [{ step: 'a', reason: 'seen' }] };
    const ran = await runIn(steps, { world: losing(), confirms: true, scope });
    expect(ran.outcomes).toEqual({ a: 'satisfied', b: 'changed' });
  });
});
