import { describe, expect, it } from 'vitest';
import { continuedScope } from '../../src/core/redo.ts';
import { foldRun } from '../../src/core/run-state.ts';
import { StepError } from '../../src/engine/step-type.ts';
import { making, runIn, workflow } from '../rig/run-in.ts';
import { World } from '../rig/world.ts';

const diamond = workflow([
  making('a', { needs: [] }),
  making('left', { needs: ['a'] }),
  making('right', { needs: ['a'] }),
  making('end', { needs: ['left', 'right'] }),
]);

describe('--only', () => {
  it('runs those steps, and leaves out all others without a look', async () => {
    const { outcomes, world, result } = await runIn(diamond, { scope: { only: ['left', 'end'] } });
    expect(outcomes).toEqual({ left: 'changed', end: 'changed' });
    expect(world.deeds).toEqual(['left', 'end']);
    expect(result.outcome).toBe('succeeded');
  });

  it('means one child of a list as well', async () => {
    const list = workflow([
      making('each', { foreach: { n: ['x', 'y', 'z'] }, with: { name: '${{ n }}' }, health: [] }),
    ]);
    expect((await runIn(list, { scope: { only: ['each[y]'] } })).outcomes).toEqual({ 'each[y]': 'changed' });
    expect(Object.keys((await runIn(list, { scope: { only: ['each'] } })).outcomes)).toHaveLength(3);
  });

  it('lets the step read what steps that are left out once yielded', async () => {
    const world = new World();
    world.does.set('a', () => ({ port: 80 }));
    const steps = workflow([
      making('a', { health: [] }),
      making('b', { needs: ['a'], with: { name: 'b', port: '${{ steps.a.outputs.port }}' } }),
    ]);
    const first = await runIn(steps, { world });
    const second = await runIn(steps, { world, earlier: [first.journal], scope: { only: ['b'], redo: ['b'] } });
    expect(second.outcomes).toEqual({ b: 'changed' });
    expect(second.all('step.started')[0]?.definition).toMatchObject({ with: { port: 80 } });
  });
});

describe('--from and --until', () => {
  it('choose what rests on a step, and what it rests on', async () => {
    expect(Object.keys((await runIn(diamond, { scope: { from: 'left' } })).outcomes)).toEqual(['left', 'end']);
    expect(Object.keys((await runIn(diamond, { scope: { until: 'left' } })).outcomes)).toEqual(['a', 'left']);
    expect(Object.keys((await runIn(diamond, { scope: { from: 'a', until: 'right' } })).outcomes)).toEqual([
      'a',
      'right',
    ]);
  });
});

describe('--redo', () => {
  it('runs a step again although it holds, and looks again at what follows', async () => {
    const first = await runIn(diamond);
    const { world } = first;
    world.does.set('left', () => void world.facts.set('left', true).delete('end'));
    const second = await runIn(diamond, { world, earlier: [first.journal], scope: { redo: ['left'] } });
    expect(second.outcomes).toEqual({ a: 'satisfied', left: 'changed', right: 'satisfied', end: 'changed' });
  });

  it('that was interrupted is still to be done when the run is continued, and then not once more', async () => {
    const line = workflow([making('a'), making('b', { needs: ['a'] }), making('c', { needs: ['b'] })]);
    const first = await runIn(line);
    const { world } = first;
    const second = await runIn(line, { world, earlier: [first.journal], scope: { redo: ['a', 'c'] } });
    expect(second.outcomes).toEqual({ a: 'changed', b: 'satisfied', c: 'changed' });
    const cut = second.journal.slice(0, second.journal.findIndex(({ type }) => type === 'step.finished') + 1);
    const scope = continuedScope(foldRun(cut), {});
    expect(scope.redo).toEqual(['c']);
    const third = await runIn(line, { world, earlier: [first.journal], resume: cut, scope });
    expect(third.outcomes).toEqual({ a: 'satisfied', b: 'satisfied', c: 'changed' });
    expect(continuedScope(foldRun(third.journal), {}).redo).toBeUndefined();
  });
});

describe('--assume', () => {
  it('takes a person at their word: no look, no action, and the reason is kept', async () => {
    const scope = { assume: [{ step: 'a', reason: 'done by hand' }] };
    const { outcomes, finish, world } = await runIn(diamond, { scope });
    expect(outcomes).toMatchObject({ a: 'satisfied', end: 'changed' });
    expect(finish('a')).toMatchObject({ reason: 'assumed: done by hand', evidence: [] });
    expect(world.deeds).not.toContain('a');
  });

  it('holds while the run is continued, and not for the next', async () => {
    const world = new World();
    world.does.set('end', () => {
      throw new StepError('broken');
    });
    const first = await runIn(diamond, { world, scope: { assume: [{ step: 'a', reason: 'by hand' }] } });
    world.does.clear();
    const scope = continuedScope(foldRun(first.journal), {});
    const again = await runIn(diamond, { world, resume: first.journal, scope });
    expect(again.finish('a').reason).toBe('assumed: by hand');
    const next = await runIn(diamond, { world, earlier: [again.journal] });
    expect(next.outcomes).toMatchObject({ a: 'changed' });
  });

  it('stands also where the step can not be computed', async () => {
    const steps = workflow([making('a', { with: { name: '${{ inputs.none }}' } })]);
    const { outcomes } = await runIn(steps, { scope: { assume: [{ step: 'a', reason: 'I know' }] } });
    expect(outcomes).toEqual({ a: 'satisfied' });
  });
});
