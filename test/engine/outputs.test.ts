import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { StepSpec } from '../../src/core/workflow.ts';
import { making, runIn, type Setting, workflow } from '../rig/run-in.ts';
import { World } from '../rig/world.ts';

const outputsOf = async (
  outputs: StepSpec['outputs'],
  answer: Awaited<ReturnType<NonNullable<Setting['commands']>>>,
) => {
  const { finish } = await runIn(workflow([{ id: 'a', run: ['say'], ...(outputs && { outputs }) }]), {
    commands: () => answer,
  });
  return finish('a');
};

describe('outputs of a command', () => {
  it('are computed from what it printed, as text, lines, JSON or by a regular expression', async () => {
    const json = '{"port": 8080, "hosts": ["a", "b"]}';
    expect((await outputsOf({ port: 'json.port', first: 'json.hosts[0]' }, json)).outputs).toEqual({
      port: 8080,
      first: 'a',
    });
    expect((await outputsOf({ all: 'stdout.trim()', count: 'lines.size()' }, 'x\ny\n')).outputs).toEqual({
      all: 'x\ny',
      count: 2,
    });
    const regex = {
      id: { regex: 'id=(\\w+)' },
      whole: { regex: 'id=\\w+' },
      named: { regex: '(?<key>\\w+)=', group: 'key' },
    };
    expect((await outputsOf(regex, 'x\nid=42\n')).outputs).toEqual({ id: '42', whole: 'id=42', named: 'id' });
    const stderr = { warning: { regex: 'W: (.*)', of: 'stderr' as const } };
    expect((await outputsOf(stderr, { stderr: 'W: old\n' })).outputs).toEqual({ warning: 'old' });
  });

  it('that can not be computed fail the step, and say which', async () => {
    expect(await outputsOf({ id: { regex: 'id=(\\w+)' } }, 'nothing')).toMatchObject({
      outcome: 'failed',
      failure: { kind: 'output', name: 'id', message: 'nothing in stdout matches id=(\\w+)' },
    });
    expect((await outputsOf({ port: 'json.port' }, 'no json')).failure).toMatchObject({ kind: 'output', name: 'port' });
  });
});

describe('a step that reads outputs', () => {
  const steps = workflow([
    { id: 'a', run: ['say'], outputs: { port: 'json.port' }, health: [{ probe: 'is', fact: 'up', within: '0s' }] },
    making('b', { needs: ['a'], with: { name: 'b', port: '${{ steps.a.outputs.port }}' } }),
    making('c', { needs: ['a'] }),
  ]);
  const says = (port: number): Setting => ({ commands: () => JSON.stringify({ port }) });
  const up = (): World => {
    const world = new World();
    world.facts.set('up', true);
    return world;
  };

  it('gets them without the other step running again', async () => {
    const world = up();
    const first = await runIn(steps, { world, ...says(1), scope: { redo: ['a'] } });
    expect(first.finish('a').outputs).toEqual({ port: 1 });
    const again = await runIn(steps, { world, ...says(2), earlier: [first.journal] });
    expect(again.outcomes).toEqual({ a: 'satisfied', b: 'satisfied', c: 'satisfied' });
    expect(again.finish('a').outputs).toEqual({ port: 1 });
  });

  it('runs again when they changed; one that only follows does not', async () => {
    const world = up();
    const first = await runIn(steps, { world, ...says(1), scope: { redo: ['a'] } });
    const again = await runIn(steps, { world, ...says(2), earlier: [first.journal], scope: { redo: ['a'] } });
    expect(again.outcomes).toEqual({ a: 'changed', b: 'changed', c: 'satisfied' });
    expect(again.all('step.started').find(({ address }) => address === 'b')?.definition).toMatchObject({
      with: { port: 2 },
    });
  });

  it('makes the other step run when nobody knows them although that is healthy', async () => {
    const { outcomes } = await runIn(steps, { world: up(), ...says(3) });
    expect(outcomes).toEqual({ a: 'changed', b: 'changed', c: 'changed' });
  });
});

describe('outputs of a step type', () => {
  const typeOf = (world: World) => ({
    name: 'server',
    summary: '',
    input: z.looseObject({}),
    outputs: { pid: 'its process' },
    check: async () => ({
      holds: world.facts.has('pid'),
      saw: `pid ${world.facts.get('pid') ?? 'none'}`,
      outputs: { pid: world.facts.get('pid') },
    }),
    run: async () => {
      world.facts.set('pid', 7);
      return { pid: 7 };
    },
  });
  const steps = workflow([
    { id: 'a', uses: 'server', outputs: { next: 'result.pid + 1' } },
    making('b', {
      needs: ['a'],
      with: { name: 'b', pid: '${{ steps.a.outputs.pid }}', next: '${{ steps.a.outputs.next }}' },
    }),
  ]);

  it('come from what it did, or from what its check says now', async () => {
    const world = new World();
    const first = await runIn(steps, { world, steps: [typeOf(world)] });
    expect(first.finish('a').outputs).toEqual({ pid: 7, next: 8 });
    world.facts.set('pid', 9);
    const again = await runIn(steps, { world, steps: [typeOf(world)], earlier: [first.journal] });
    expect(again.outcomes).toEqual({ a: 'satisfied', b: 'changed' });
    expect(again.finish('a').outputs).toEqual({ pid: 9, next: 10 });
  });
});
