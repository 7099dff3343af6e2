import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Holding } from '../../src/core/holdings.ts';
import { foldRun } from '../../src/core/run-state.ts';
import type { StepSpec } from '../../src/core/workflow.ts';
import type { CommandRequest } from '../../src/engine/ports.ts';
import { StepError } from '../../src/engine/step-type.ts';
import { ManualClock } from '../rig/manual-clock.ts';
import type { Answer } from '../rig/memory-host.ts';
import { holdingsFrom, making, type Ran, runIn, type Setting, startIn, workflow } from '../rig/run-in.ts';
import { World } from '../rig/world.ts';

/** A step whose thing is taken away by a command, and proved gone by a probe. */
const undoable = (id: string, more: Partial<StepSpec> = {}): StepSpec =>
  making(id, {
    creates: [{ kind: 'thing', name: id }],
    undo: { run: ['remove', id], absent: [{ probe: 'gone', fact: id }] },
    ...more,
  });

const gone = (world: World) => ({
  name: 'gone',
  summary: '',
  input: z.strictObject({ fact: z.string() }),
  values: { there: 'whether it is' },
  describe: () => 'it is gone',
  look: async (input: unknown) => {
    const { fact } = input as { fact: string };
    const there = world.facts.has(fact);
    return { holds: !there, saw: there ? `${fact} is there` : 'gone', values: { there, fact } };
  },
});

/** Takes away what an earlier run made, by its ledger alone: the workflow that does so has no steps. */
const takeDown = (before: Ran, setting: Setting = {}): Promise<Ran> => {
  const { world } = before;
  const commands = (request: { argv: readonly string[] }): Answer => {
    const [, name = ''] = request.argv;
    world.deeds.push(`remove ${name}`);
    world.facts.delete(name);
    return 0;
  };
  return runIn(workflow([], { name: 'teardown' }), {
    ...{ world, commands, holdings: holdingsFrom(before.journal), probes: [gone(world)] },
    ...setting,
  });
};

const undone = (ran: Ran) => ran.all('step.undone').map(({ address, outcome }) => `${address} ${outcome}`);

describe('what was made', () => {
  it('is taken away in the reverse order of its making, and proved gone, with nothing but the ledger', async () => {
    const before = await runIn(
      workflow([undoable('a'), undoable('b', { needs: ['a'] }), undoable('c', { needs: ['b'] })]),
      { probes: [gone(new World())] },
    );
    const down = await takeDown(before);
    expect(before.world.deeds.slice(3)).toEqual(['remove c', 'remove b', 'remove a']);
    expect(undone(down)).toEqual(['c removed', 'b removed', 'a removed']);
    expect(down.result.outcome).toBe('succeeded');
  });

  it('keeps its place when a later run makes it again', async () => {
    const steps = workflow([undoable('a'), undoable('b', { needs: ['a'] })]);
    const first = await runIn(steps, { probes: [gone(new World())] });
    const { world } = first;
    world.facts.delete('a');
    const second = await runIn(steps, { world, resume: first.journal.slice(0, -1), probes: [gone(world)] });
    expect(second.outcomes).toEqual({ a: 'changed', b: 'satisfied' });
    expect(undone(await takeDown(second))).toEqual(['b removed', 'a removed']);
  });

  it('and was there already, is none of what is taken away', async () => {
    const world = new World();
    world.facts.set('a', true);
    const before = await runIn(workflow([undoable('a'), undoable('b', { needs: ['a'] })]), {
      world,
      probes: [gone(world)],
    });
    expect(undone(await takeDown(before))).toEqual(['b removed']);
  });

  it('is held from the moment an attempt starts, however that ends', async () => {
    const world = new World();
    world.does.set('a', () => {
      world.facts.set('a', 'half');
      throw new StepError('broken half-way');
    });
    const before = await runIn(workflow([undoable('a')]), { world, probes: [gone(world)] });
    expect(before.outcomes).toEqual({ a: 'failed' });
    expect(undone(await takeDown(before))).toEqual(['a removed']);
    const killed = before.journal.slice(0, before.journal.findIndex(({ type }) => type === 'step.started') + 1);
    expect(holdingsFrom(killed)).toMatchObject([{ address: 'a', created: [{ kind: 'thing', name: 'a' }] }]);
  });

  it('and is gone already, is not taken away once more', async () => {
    const before = await runIn(workflow([undoable('a')]), { probes: [gone(new World())] });
    before.world.facts.delete('a');
    const down = await takeDown(before);
    expect(undone(down)).toEqual(['a absent']);
    expect(before.world.deeds).toEqual(['a']);
  });

  it('and can not be taken away, is told as left, and so is what it needs, while the rest goes all the same', async () => {
    const before = await runIn(
      workflow([undoable('a'), undoable('b', { needs: ['a'] }), undoable('c', { needs: ['a'] })]),
      { probes: [gone(new World())] },
    );
    const { world } = before;
    let busy = true;
    const commands = ({ argv }: { argv: readonly string[] }): Answer => {
      if (argv[1] === 'b' && busy) return { exitCode: 3, stderr: 'b is busy' };
      world.facts.delete(argv[1] ?? '');
      return 0;
    };
    const down = await takeDown(before, { commands });
    expect(undone(down)).toEqual(['c removed', 'b failed', 'a failed']);
    expect(down.result.outcome).toBe('failed');
    expect(down.all('step.undone').flatMap(({ failure = [] }) => failure)).toMatchObject([
      { kind: 'step-type', message: 'exit 3: b is busy' },
      { kind: 'blocked', by: ['b'] },
    ]);
    expect(world.facts.has('a')).toBe(true);
    busy = false;
    const left = holdingsFrom(before.journal).filter(({ address }) => address !== 'c');
    const again = await takeDown(before, { commands, holdings: left });
    expect([undone(again), again.result.outcome]).toEqual([['b removed', 'a removed'], 'succeeded']);
  });

  it('is kept by what rests on it by way of steps that made nothing, of lists, and of what is in it', async () => {
    const each = undoable('each', {
      ...{ needs: ['base'], foreach: { n: ['x', 'y'] }, with: { name: '${{ n }}' } },
      health: [{ probe: 'is', fact: '${{ n }}', within: '0s' }],
      creates: [{ kind: 'thing', name: '${{ n }}' }],
      undo: { run: ['remove', '${{ n }}'], absent: [{ probe: 'gone', fact: '${{ n }}' }] },
    });
    const inside = undoable('inside', {
      ...{ needs: ['box'], creates: [{ kind: 'thing', name: 'inside', within: 'thing/box' }] },
    });
    const before = await runIn(
      workflow([
        ...[undoable('base'), each, making('plain', { needs: ['each'] })],
        ...[undoable('box', { needs: [] }), inside, undoable('top', { needs: ['plain', 'inside'] })],
      ]),
      { probes: [gone(new World())] },
    );
    const { world } = before;
    const commands = ({ argv }: { argv: readonly string[] }): Answer => {
      if (argv[1] === 'top') return 1;
      world.facts.delete(argv[1] ?? '');
      return 0;
    };
    const down = await takeDown(before, { commands });
    const failures = down.all('step.undone').map(({ address, failure }) => [address, failure]);
    expect(Object.fromEntries(failures)).toMatchObject({
      ...{ 'each[x]': { kind: 'blocked', by: ['top'] }, 'each[y]': { kind: 'blocked', by: ['top'] } },
      ...{ base: { by: ['each[x]', 'each[y]'] }, box: { by: ['top'] }, inside: { by: ['top'] } },
    });
    expect(['base', 'x', 'y', 'box', 'inside'].every((fact) => world.facts.has(fact))).toBe(true);
  });

  it('is kept by nothing that nobody knows how to take away', async () => {
    const bare = making('b', { needs: ['a'], creates: [{ kind: 'thing', name: 'b' }] });
    const before = await runIn(workflow([undoable('a'), bare]), { probes: [gone(new World())] });
    expect(undone(await takeDown(before))).toEqual(['b failed', 'a removed']);
  });

  it('is taken away after what rests on it also when it was made anew since', async () => {
    const steps = workflow([undoable('a'), undoable('b', { needs: ['a'] })]);
    const first = await runIn(steps, { probes: [gone(new World())] });
    const [a, b] = holdingsFrom(first.journal);
    const holdings = [b, { ...a, seq: 99 }].filter((each) => each !== undefined);
    expect(undone(await takeDown(first, { holdings: holdings as readonly Holding[] }))).toEqual([
      'b removed',
      'a removed',
    ]);
  });

  it('whose absence can not be proved in time is left, with what was last seen', async () => {
    const before = await runIn(workflow([undoable('a')]), { probes: [gone(new World())] });
    const down = await takeDown(before, { commands: () => 0 });
    expect(down.all('step.undone')).toMatchObject([
      { outcome: 'failed', failure: { kind: 'health', observations: [{ saw: 'a is there' }] } },
    ]);
  });

  it('may take as long to go as its proof of absence says', async () => {
    const absent = [{ probe: 'gone', fact: 'a', within: '2m' }];
    const before = await runIn(workflow([undoable('a', { undo: { run: ['remove', 'a'], absent } })]), {
      probes: [gone(new World())],
    });
    const { world } = before;
    const clock = new ManualClock({ automatic: true });
    const commands = (): Answer => {
      void clock.sleep(90_000).then(() => world.facts.delete('a'));
      return 0;
    };
    const down = await takeDown(before, { clock, commands });
    expect(undone(down)).toEqual(['a removed']);
    expect(clock.monotonic()).toBeLessThan(95_000);
  });

  it('by a step without an undo is told as left', async () => {
    const before = await runIn(workflow([making('a', { creates: [{ kind: 'thing', name: 'a' }] })]));
    const down = await takeDown(before);
    expect(down.all('step.undone')[0]?.failure).toMatchObject({ message: expect.stringContaining('has no undo') });
  });

  it('within something else goes with that, and is only looked at', async () => {
    const inner = undoable('inner', {
      needs: ['outer'],
      creates: [{ kind: 'thing', name: 'inner', within: 'thing/outer' }],
    });
    const before = await runIn(workflow([undoable('outer'), inner]), { probes: [gone(new World())] });
    const { world } = before;
    const commands = ({ argv }: { argv: readonly string[] }): Answer => {
      world.deeds.push(argv.join(' '));
      world.facts.clear();
      return 0;
    };
    const down = await takeDown(before, { commands });
    expect(undone(down)).toEqual(['outer removed', 'inner contained']);
    expect(world.deeds.slice(2)).toEqual(['remove outer']);
  });

  it('in the children of a list is proved gone by what each child is', async () => {
    const each = making('each', {
      foreach: { node: ['x', 'y'] },
      with: { name: '${{ node }}' },
      health: [{ probe: 'is', fact: '${{ node }}', within: '0s' }],
      creates: [{ kind: 'thing', name: '${{ node }}' }],
      undo: {
        run: ['remove', '${{ node }}'],
        absent: [{ probe: 'gone', fact: '${{ node }}', expect: '!there && fact == node && inputs.zone == "north"' }],
      },
    });
    const before = await runIn(workflow([each]), { inputs: { zone: 'north' }, probes: [gone(new World())] });
    const down = await takeDown(before);
    expect(undone(down).sort()).toEqual(['each[x] removed', 'each[y] removed']);
  });

  it('by a step type is taken away by that type, with the input it was made with', async () => {
    const inputs: unknown[] = [];
    const type = {
      name: 'vm',
      summary: '',
      input: z.strictObject({ size: z.number() }),
      run: async () => undefined,
      undo: async (input: unknown) => void inputs.push(input),
      creates: () => [{ kind: 'vm', name: 'one' }],
    };
    const before = await runIn(workflow([{ id: 'a', uses: 'vm', with: { size: '${{ inputs.size }}' } }]), {
      inputs: { size: 3 },
      steps: [type],
    });
    const down = await takeDown(before, { steps: [type], inputs: { size: 9 } });
    expect([inputs, undone(down)]).toEqual([[{ size: 3 }], ['a removed']]);
    const without = await takeDown(before);
    expect(without.all('step.undone')[0]?.failure).toMatchObject({
      message: "there is no step type vm any more, so what it made can't be undone by it",
    });
  });
});

describe('a step that was changed and made something else', () => {
  /** Deploys the workflow once with each list of things. */
  const deployed = async (...lists: readonly (readonly string[])[]): Promise<Ran> => {
    const probes = [gone(new World())];
    let ran: Ran | undefined;
    for (const list of lists) {
      const step = making('a', {
        with: { name: list.join('+') },
        health: [],
        creates: list.map((name) => ({ kind: 'thing', name })),
        undo: { run: ['remove', ...list], absent: list.map((fact) => ({ probe: 'gone', fact })) },
      });
      const steps = workflow([step, undoable('rest', { needs: ['a'] })]);
      ran = await runIn(steps, { ...(ran && { world: ran.world, resume: ran.journal }), probes });
      for (const name of list) ran.world.facts.set(name, true);
    }
    if (!ran) throw new Error('nothing was deployed');
    return ran;
  };
  const removing =
    ({ facts, deeds }: World, busy = '') =>
    ({ argv }: { argv: readonly string[] }): Answer => {
      const [, ...all] = argv;
      if (all.includes(busy)) return { exitCode: 1, stderr: 'busy' };
      deeds.push(`remove ${all.join(' ')}`);
      for (const name of all) facts.delete(name);
      return 0;
    };
  const took = (ran: Ran) =>
    ran
      .all('step.undone')
      .map(({ address, created, outcome }) => `${address} ${created.map(({ name }) => name).join('+')} ${outcome}`);

  it('has all of it taken away, each by the undo of its time, the newest first', async () => {
    const before = await deployed(['old'], ['new']);
    const down = await takeDown(before, { commands: removing(before.world) });
    expect(took(down)).toEqual(['a new removed', 'rest rest removed', 'a old removed']);
    expect(before.world.deeds.slice(-3)).toEqual(['remove new', 'remove rest', 'remove old']);
    expect(down.result.outcome).toBe('succeeded');
  });

  it('has what it has now taken away before what shares things with that', async () => {
    const before = await deployed(['old', 'both'], ['both', 'new']);
    const down = await takeDown(before, { commands: removing(before.world) });
    expect(took(down)).toEqual(['rest rest removed', 'a both+new removed', 'a old removed']);
    expect(['old', 'both', 'new'].filter((name) => before.world.facts.has(name))).toEqual([]);
  });

  it('has one record left when only that could not be taken away', async () => {
    for (const [busy, rest] of [
      ['old', 'new'],
      ['new', 'old'],
    ] as const) {
      const before = await deployed(['old'], ['new']);
      const down = await takeDown(before, { commands: removing(before.world, busy) });
      expect(down.result.outcome).toBe('failed');
      expect(took(down).toSorted()).toEqual([`a ${busy} failed`, `a ${rest} removed`, 'rest rest removed'].toSorted());
      const { made, earlier } = down.all('step.undone').find(({ outcome }) => outcome === 'failed') ?? {};
      expect([made?.run, earlier]).toEqual(['run-1', busy === 'old' ? true : undefined]);
    }
  });

  it('has what went with a container looked at record by record', async () => {
    const inner = (outer: string): StepSpec =>
      undoable('inner', {
        needs: ['outer'],
        with: { name: `inner-${outer}` },
        health: [],
        creates: [{ kind: 'thing', name: 'inner', within: `thing/${outer}` }],
        undo: { run: ['remove', `inner-${outer}`], absent: [{ probe: 'gone', fact: `inner-${outer}` }] },
      });
    const outer = (name: string): StepSpec =>
      undoable('outer', {
        with: { name },
        health: [],
        creates: [{ kind: 'thing', name }],
        undo: { run: ['remove', name], absent: [{ probe: 'gone', fact: name }] },
      });
    const probes = [gone(new World())];
    const first = await runIn(workflow([outer('one'), inner('one')]), { probes });
    const { world } = first;
    const second = await runIn(workflow([outer('two'), inner('two')]), { world, resume: first.journal, probes });
    // Only with the second container its content goes.
    const commands = ({ argv }: { argv: readonly string[] }): Answer => {
      world.deeds.push(argv.join(' '));
      world.facts.delete(argv[1] ?? '');
      if (argv[1] === 'two') world.facts.delete('inner-two');
      return 0;
    };
    const down = await takeDown(second, { commands });
    expect(undone(down)).toEqual(['outer removed', 'outer removed', 'inner contained', 'inner removed']);
    expect(world.deeds.slice(4)).toEqual(['remove two', 'remove one', 'remove inner-one']);
  });
});

describe('while things are taken away', () => {
  it('a request to stop lets the one under way go, and leaves the others', async () => {
    const before = await runIn(workflow([undoable('a'), undoable('b', { needs: ['a'] })]), {
      probes: [gone(new World())],
    });
    const { world } = before;
    const started = startIn(workflow([], { name: 'teardown' }), {
      ...{ world, holdings: holdingsFrom(before.journal), probes: [gone(world)] },
      commands: ({ argv }) => {
        world.facts.delete(argv[1] ?? '');
        started.stop.ask('finish', 'SIGINT');
        return 0;
      },
    });
    expect((await started.ended).outcome).toBe('interrupted');
    expect(undone(started.ran())).toEqual(['b removed']);
    expect(world.facts.has('a')).toBe(true);
  });

  it('nothing is taken away beside an action of a killed run that is still at work', async () => {
    const before = await runIn(workflow([undoable('a', { uses: undefined, with: undefined, run: ['build', 'a'] })]), {
      ...{ probes: [gone(new World())], commands: () => 0 },
    });
    const cut = before.journal.slice(
      0,
      before.journal.findIndex(({ type }) => type === 'step.acted'),
    );
    const world = new World();
    const clock = new ManualClock({ automatic: true });
    const processes = new Map([[1001, { env: { LAB_STEP: 'run-1/a', LAB_SPAWN: '1' }, command: 'build a' }]]);
    void clock.sleep(6000).then(() => {
      world.facts.set('a', true);
      processes.delete(1001);
    });
    const steps = [...foldRun(cut).known.values()].map((each) => ({ ...each, inThisRun: false, run: 'run-1' }));
    const down = await takeDown({ ...before, world, journal: cut }, { clock, processes, remnants: { steps } });
    expect(down.all('step.survived')).toMatchObject([{ address: 'a', decision: 'wait', command: 'build a' }]);
    expect([undone(down), world.facts.has('a')]).toEqual([['a removed'], false]);
  });

  it('nothing is taken away, and it is said why, when such an action is to be left alone', async () => {
    const before = await runIn(workflow([undoable('a')]), { probes: [gone(new World())] });
    const processes = new Map([[1001, { env: { LAB_STEP: 'run-1/b', LAB_SPAWN: '1' }, command: 'build b' }]]);
    const step = { address: 'b', status: 'started', attempt: 1, at: 0, outputs: {}, evidence: [] } as const;
    const down = await takeDown(before, {
      ...{ processes, survivor: async () => 'leave' as const },
      remnants: { steps: [{ ...step, inThisRun: false, run: 'run-1' }] },
    });
    expect([undone(down), down.result.outcome, before.world.facts.has('a')]).toEqual([['b failed'], 'failed', true]);
  });

  it('nothing is judged beside an undo of a killed run that is still at work, and what one left that ended well stays', async () => {
    const world = new World();
    world.facts.set('a', true);
    const clock = new ManualClock({ automatic: true });
    const env = (address: string) => ({ LAB_STEP: 'undo//state', LAB_SPAWN: '1', LAB_UNDO: `run-0/${address}` });
    const processes = new Map([
      [77, { env: env('a'), command: 'remove a' }],
      [78, { env: env('b'), command: 'what stood there before b' }],
    ]);
    void clock.sleep(5000).then(() => {
      world.facts.delete('a');
      processes.delete(77);
    });
    const undoEnded = (run: string, address: string) => run === 'run-0' && address === 'b';
    const up = await runIn(workflow([making('a')]), { world, clock, processes, remnants: { steps: [], undoEnded } });
    expect(up.all('step.survived')).toMatchObject([{ address: 'a', undo: true, decision: 'wait' }]);
    expect([up.outcomes, [...processes.keys()]]).toEqual([{ a: 'changed' }, [78]]);
  });

  it('nothing is taken away beside an undo of a killed run that is still at work', async () => {
    const before = await runIn(workflow([undoable('a')]), { probes: [gone(new World())] });
    const { world } = before;
    const tags: unknown[] = [];
    const clock = new ManualClock({ automatic: true });
    const processes = new Map([
      [77, { env: { LAB_STEP: 'undo//state', LAB_SPAWN: '1', LAB_UNDO: 'run-0/a' }, command: 'remove a' }],
    ]);
    void clock.sleep(5000).then(() => processes.delete(77));
    const alive: number[] = [];
    const commands = ({ env }: CommandRequest): Answer => {
      tags.push(env['LAB_STEP']);
      alive.push(processes.size);
      world.facts.delete('a');
      return 0;
    };
    await takeDown(before, { clock, processes, commands, remnants: { steps: [], undoEnded: () => false } });
    expect([alive, tags, world.facts.has('a')]).toEqual([[0], ['undo//state'], false]);
    expect(clock.monotonic()).toBeGreaterThanOrEqual(5000);
  });

  it('its time limit ends an undo that hangs', async () => {
    const before = await runIn(
      workflow([
        undoable('a', { undo: { run: ['remove', 'a'], timeout: '5s', absent: [{ probe: 'gone', fact: 'a' }] } }),
      ]),
      { probes: [gone(new World())] },
    );
    const down = await takeDown(before, { commands: () => new Promise<Answer>(() => {}) });
    expect(down.all('step.undone')[0]?.failure).toMatchObject({ kind: 'timeout', afterMs: 5000 });
  });
});
