// Children of one foreach step that wait for one another, such as migrations of a database.

import { describe, expect, it } from 'vitest';
import { createMasker } from '../../src/core/mask.ts';
import { ExpansionError, unitsOf } from '../../src/engine/step/unit.ts';
import { stepGraph } from '../../src/view/step-graph.ts';
import { making, runIn, workflow } from '../rig/run-in.ts';
import { World } from '../rig/world.ts';

/** Each child after the one before it in the alphabet; the first waits for `none`, which is no child. */
const inOrder = making('part', {
  foreach: { n: ['c', 'a', 'b'] },
  needs: ['part[${{ n == "a" ? "none" : n == "b" ? "a" : "b" }}]'],
  with: { name: '${{ n }}' },
  health: [{ probe: 'is', fact: '${{ n }}', within: '0s' }],
});

describe('children that wait for one another', () => {
  const afterFirst = { ...inOrder, needs: ['first', ...(inOrder.needs ?? [])] };

  it('run in that order, and the step ends once they all did', async () => {
    const { world, outcomes, result } = await runIn(
      workflow([making('first'), afterFirst, making('last', { needs: ['part'] })]),
    );
    expect(world.deeds).toEqual(['first', 'a', 'b', 'c', 'last']);
    expect(outcomes['part[c]']).toBe('changed');
    expect(result.outcome).toBe('succeeded');
  });

  it('keep the later ones from running when one fails', async () => {
    const world = new World();
    world.does.set('b', () => {
      throw new Error('no');
    });
    const { outcomes } = await runIn(workflow([inOrder]), { world });
    expect(world.deeds).toEqual(['a', 'b']);
    expect(outcomes).toMatchObject({ 'part[a]': 'changed', 'part[b]': 'failed', 'part[c]': 'blocked' });
  });

  it('do so too when the list comes from a step before them', async () => {
    const late = {
      ...inOrder,
      foreach: { n: '${{ steps.list.outputs.names }}' },
      needs: ['list', ...(inOrder.needs ?? [])],
    };
    const list = { id: 'list', uses: 'do', with: { name: 'list' }, outputs: { names: 'result.names' } };
    const world = new World();
    world.does.set('list', () => ({ names: ['b', 'a', 'c'] }));
    await runIn(workflow([list, late]), { world });
    expect(world.deeds).toEqual(['list', 'a', 'b', 'c']);
  });

  it('are refused, with the whole circle, when none could be the first', () => {
    const circle = making('part', { foreach: { n: ['a', 'b'] }, needs: ['part[${{ n == "a" ? "b" : "a" }}]'] });
    expect(() => unitsOf(circle, { scope: {}, masker: createMasker([], (text) => text) })).toThrow(ExpansionError);
    expect(() => unitsOf(circle, { scope: {}, masker: createMasker([], (text) => text) })).toThrow(
      'in a circle: part[a] -> part[b] -> part[a]',
    );
  });

  it('are one box in a drawing of the steps', () => {
    expect(stepGraph([{ address: 'part', label: 'part', needs: ['part', 'part'] }])).toEqual([
      { address: 'part', label: 'part', needs: [] },
    ]);
  });
});
