import { describe, expect, it } from 'vitest';
import { StepError } from '../../src/engine/step-type.ts';
import { making, runIn, startIn, workflow } from '../rig/run-in.ts';
import { World } from '../rig/world.ts';

const failing = (...names: readonly string[]): World => {
  const world = new World();
  for (const name of names)
    world.does.set(name, () => {
      throw new StepError(`${name} is broken`, { exitCode: 7 });
    });
  return world;
};

describe('a step whose `if` is false', () => {
  it('is skipped without a look, and what needs it goes on', async () => {
    const { outcomes, finish, world } = await runIn(
      workflow([making('a', { if: 'inputs.wanted' }), making('b', { needs: ['a'] })]),
      { inputs: { wanted: false } },
    );
    expect(outcomes).toEqual({ a: 'skipped', b: 'changed' });
    expect(finish('a').reason).toBe('its if is false: inputs.wanted');
    expect(world.deeds).toEqual(['b']);
  });

  it('is skipped also when nothing else in it can be computed', async () => {
    const { outcomes } = await runIn(
      workflow([
        making('a', { if: 'false' }),
        making('b', { needs: ['a'], if: 'false', name: '${{ steps.a.outputs.x }}' }),
      ]),
    );
    expect(outcomes).toEqual({ a: 'skipped', b: 'skipped' });
  });

  it('is skipped also when its list rests on a step that was skipped', async () => {
    const steps = [
      making('list', { if: 'inputs.wanted' }),
      making('each', {
        needs: ['list'],
        if: 'inputs.wanted',
        foreach: { item: '${{ steps.list.outputs.items }}' },
      }),
      making('after', { needs: ['each'] }),
    ];
    const { outcomes, result } = await runIn(workflow(steps), { inputs: { wanted: false } });
    expect(outcomes).toEqual({ list: 'skipped', each: 'skipped', after: 'changed' });
    expect(result.outcome).toBe('succeeded');
  });

  it('may read the outcome of what came before', async () => {
    const steps = [
      making('a', { if: 'false' }),
      making('b', { needs: ['a'], if: 'steps.a.outcome == "skipped"' }),
      making('c', { needs: ['b'], if: 'steps.b.outcome == "skipped"' }),
    ];
    expect((await runIn(workflow(steps))).outcomes).toEqual({ a: 'skipped', b: 'changed', c: 'skipped' });
  });
});

describe('a step that fails', () => {
  const steps = [
    making('a', { needs: [] }),
    making('b', { needs: ['a'] }),
    making('c', { needs: ['b'] }),
    making('elsewhere', { needs: [] }),
  ];

  it('blocks what needs it, whatever the distance; the rest carries on', async () => {
    const { outcomes, finish, result } = await runIn(workflow(steps), { world: failing('a') });
    expect(outcomes).toEqual({ a: 'failed', b: 'blocked', c: 'blocked', elsewhere: 'changed' });
    expect(finish('b').reason).toBe('needs a');
    expect(finish('c').reason).toBe('needs b');
    expect(finish('a').failure).toMatchObject({ kind: 'step-type', uses: 'do', message: 'a is broken' });
    expect(result.outcome).toBe('failed');
  });

  it('with continueOnError lets what needs it go on, and the run succeed', async () => {
    const tolerant = [making('a', { needs: [], continueOnError: true }), ...steps.slice(1)];
    const { outcomes, result } = await runIn(workflow(tolerant), { world: failing('a') });
    expect(outcomes).toEqual({ a: 'failed', b: 'changed', c: 'changed', elsewhere: 'changed' });
    expect(result.outcome).toBe('succeeded');
  });

  it('may compute whether its failure counts', async () => {
    const tolerant = (value: boolean) =>
      runIn(workflow([making('a', { continueOnError: '${{ inputs.lax }}' }), making('b', { needs: ['a'] })]), {
        world: failing('a'),
        inputs: { lax: value },
      });
    expect((await tolerant(true)).outcomes).toEqual({ a: 'failed', b: 'changed' });
    expect((await tolerant(false)).outcomes).toEqual({ a: 'failed', b: 'blocked' });
  });

  it('because of an expression says which, and only that step fails', async () => {
    const { outcomes, finish } = await runIn(
      workflow([making('a', { needs: [], with: { name: '${{ inputs.none }}' } }), making('b', { needs: [] })]),
    );
    expect(outcomes).toEqual({ a: 'failed', b: 'changed' });
    expect(finish('a').failure).toMatchObject({ kind: 'expression', where: 'a' });
  });

  it('because its type or probe throws what it should not loses its step, not the run', async () => {
    const world = new World();
    world.does.set('a', () => {
      throw new TypeError('undefined is no function');
    });
    const { outcomes, finish } = await runIn(workflow([making('a', { needs: [] }), making('b', { needs: [] })]), {
      world,
    });
    expect(outcomes).toEqual({ a: 'failed', b: 'changed' });
    expect(finish('a').failure).toMatchObject({ kind: 'internal', message: 'undefined is no function' });
  });

  it.each(['creates', 'files', 'describe'] as const)(
    'because its type can not tell %s loses its step only',
    async (part) => {
      const { z } = await import('zod');
      const broken = {
        name: 'broken',
        summary: '',
        input: z.looseObject({}),
        run: async () => undefined,
        [part]: () => {
          throw new TypeError('no such thing');
        },
      };
      const steps = workflow([{ id: 'a', needs: [], uses: 'broken' }, making('b', { needs: [] })]);
      const { outcomes, finish } = await runIn(steps, { steps: [broken] });
      expect(outcomes).toEqual({ a: 'failed', b: 'changed' });
      expect(finish('a').failure).toMatchObject({ kind: 'internal', message: 'no such thing' });
    },
  );

  it('because a file it uses can not be read loses its step only', async () => {
    const { createMemoryHost } = await import('../rig/memory-host.ts');
    const { ManualClock } = await import('../rig/manual-clock.ts');
    const clock = new ManualClock({ automatic: true });
    const host = {
      ...createMemoryHost({ clock }),
      hashFile: async () => {
        throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
      },
    };
    const steps = workflow([making('a', { needs: [], files: ['secret.conf'] }), making('b', { needs: [] })]);
    const { outcomes } = await runIn(steps, { clock, host });
    expect(outcomes).toEqual({ a: 'failed', b: 'changed' });
  });
});

describe('steps', () => {
  it('without a need of each other run side by side', async () => {
    const world = new World();
    const meeting = new Set<string>();
    for (const name of ['a', 'b'])
      world.does.set(name, async (_, { host }) => {
        meeting.add(name);
        while (meeting.size < 2) await host.clock.sleep(10);
        world.facts.set(name, true);
      });
    const { outcomes } = await runIn(workflow([making('a', { needs: [] }), making('b', { needs: [] })]), { world });
    expect(outcomes).toEqual({ a: 'changed', b: 'changed' });
  });

  it('give their facts to the end of the run', async () => {
    const world = new World();
    world.does.set('a', () => {
      world.facts.set('a', true);
      return { port: 8080 };
    });
    const { result } = await runIn(
      workflow([making('a')], {
        facts: { url: '"http://host:" + string(steps.a.outputs.port)', none: 'steps.b.outputs.x' },
      }),
      { world },
    );
    expect(result.facts).toEqual({ url: 'http://host:8080', none: null });
  });

  it('count in the last line of the run by how they ended', async () => {
    const started = startIn(workflow([making('a', { needs: [] }), making('b', { needs: [], if: 'false' })]));
    await started.ended;
    expect(started.told.at(-1)).toMatchObject({
      type: 'run.finished',
      outcome: 'succeeded',
      counts: { changed: 1, skipped: 1 },
    });
  });
});
