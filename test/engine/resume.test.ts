import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { type ProbeType, StepError, type StepType } from '../../src/engine/step-type.ts';
import { making, type Ran, runIn, startIn, workflow } from '../rig/run-in.ts';
import { registryOf, World } from '../rig/world.ts';

const chain = workflow([making('a'), making('b', { needs: ['a'] }), making('c', { needs: ['b'] })]);

/** As if the engine had been killed right after the last of these facts. */
const killedAfter = (ran: Pick<Ran, 'journal'>, fits: (event: RunEvent) => boolean): readonly RunEvent[] =>
  ran.journal.slice(0, ran.journal.findIndex(fits) + 1);

const finished = (address: string) => (event: RunEvent) => event.type === 'step.finished' && event.address === address;

const verdicts = (ran: Ran) =>
  Object.fromEntries(ran.all('step.judged').map(({ address, verdict, reason }) => [address, `${verdict}: ${reason}`]));

describe('a run that is continued', () => {
  it('keeps what finished and still holds, and goes on from there', async () => {
    const first = await runIn(chain);
    const again = await runIn(chain, { world: first.world, resume: killedAfter(first, finished('b')) });
    expect(again.outcomes).toEqual({ a: 'satisfied', b: 'satisfied', c: 'satisfied' });
    expect(first.world.deeds).toEqual(['a', 'b', 'c']);
    expect(verdicts(again)).toEqual({ a: 'keep: it holds', b: 'keep: it holds' });
  });

  it('runs again what finished and no longer holds, and says why', async () => {
    const first = await runIn(chain);
    const { world } = first;
    world.facts.set('a', 'container is not running');
    const again = await runIn(chain, { world, resume: killedAfter(first, finished('b')) });
    expect(again.outcomes).toMatchObject({ a: 'changed', b: 'satisfied' });
    expect(verdicts(again)).toMatchObject({ a: 'run: a: container is not running', b: 'keep: it holds' });
    expect(again.all('step.judged')[0]).toMatchObject({ evidence: [{ probe: 'a', saw: 'container is not running' }] });
  });

  it('looks again at what follows a step that ran again', async () => {
    const first = await runIn(chain);
    const { world } = first;
    world.facts.delete('a');
    world.does.set('a', () => {
      world.facts.set('a', true).delete('b');
    });
    const again = await runIn(chain, { world, resume: killedAfter(first, finished('c')) });
    expect(again.outcomes).toEqual({ a: 'changed', b: 'changed', c: 'satisfied' });
  });

  it('proves all that finished side by side and before anything starts', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const world = new World();
    const steps = workflow([...names.map((id) => making(id, { needs: [] })), making('last', { needs: names })]);
    const first = await runIn(steps, { world });
    world.facts.delete('f');
    const slow = { looks: 0, most: 0 };
    const probe = slowProbe(world, slow);
    const slowly = workflow(
      steps.steps.map((step) => ({ ...step, health: [{ probe: 'slow', fact: step.id, within: '1s' }] })),
    );
    const again = await runIn(slowly, { world, resume: first.journal.slice(0, -1), probes: [probe] });
    expect(slow.most).toBe(7);
    expect(again.outcomes).toMatchObject({ a: 'satisfied', f: 'changed' });
    // One second for all of them together, then f's own turn.
    const judged = again.all('step.judged');
    expect(judged).toHaveLength(7);
    expect(Math.max(...judged.map(({ at }) => at)) - (again.told[0]?.at ?? 0)).toBeLessThan(1100);
    expect(judged.every(({ seq }) => seq < (again.all('step.started')[0]?.seq ?? 0))).toBe(true);
  });

  it('looks again at the turn of a step that is to run: it may hold by then', async () => {
    const child = making('each', {
      foreach: { n: ['x', 'y'] },
      with: { name: '${{ n }}' },
      health: [{ probe: 'is', fact: '${{ n }}', within: '0s' }],
      concurrency: 1,
    });
    const first = await runIn(workflow([child]));
    const { world } = first;
    world.facts.clear();
    world.does.set('x', () => void world.facts.set('x', true).set('y', true));
    const again = await runIn(workflow([child]), { world, resume: first.journal });
    expect(again.outcomes).toEqual({ 'each[x]': 'changed', 'each[y]': 'satisfied' });
  });

  it('lets health checks decide whether an attempt in flight had in fact succeeded', async () => {
    const first = await runIn(workflow([making('a')]));
    const inFlight = killedAfter(first, ({ type }) => type === 'step.started');
    const done = await runIn(workflow([making('a')]), { world: first.world, resume: inFlight });
    expect([done.outcomes, first.world.count('a')]).toEqual([{ a: 'satisfied' }, 1]);
    const undone = await runIn(workflow([making('a')]), { resume: inFlight });
    expect([undone.outcomes, undone.finish('a').attempts]).toEqual([{ a: 'changed' }, 2]);
  });

  it('keeps within the run what nothing can prove, and runs it again in the next', async () => {
    const steps = workflow([making('a', { health: [] }), making('b', { needs: ['a'] })]);
    const first = await runIn(steps);
    const resumed = await runIn(steps, { world: first.world, resume: killedAfter(first, finished('a')) });
    expect(verdicts(resumed)).toEqual({ a: 'keep: it finished, and nothing is there to prove it by' });
    const next = await runIn(steps, { world: first.world, earlier: [first.journal] });
    expect(next.outcomes).toEqual({ a: 'changed', b: 'satisfied' });
    expect(next.all('step.started')).toHaveLength(1);
  });

  it('after a reboot runs again what nothing can prove: it may be gone with the machine', async () => {
    const steps = workflow([
      making('mount', { health: [] }),
      making('proved', { needs: ['mount'] }),
      making('noted', { needs: ['proved'], health: [], satisfied: 'once' }),
    ]);
    const first = await runIn(steps);
    const before = first.journal.map((event) =>
      event.type === 'run.started' ? { ...event, process: { ...event.process, bootId: 'the boot before' } } : event,
    );
    const again = await runIn(steps, { world: first.world, resume: before });
    expect(again.outcomes).toEqual({ mount: 'changed', proved: 'satisfied', noted: 'satisfied' });
    expect(verdicts(again)['mount']).toBe(
      'run: the machine was started anew since, and nothing proves that it still holds',
    );
    const third = await runIn(steps, { world: first.world, resume: again.journal });
    expect(third.outcomes).toMatchObject({ mount: 'satisfied' });
  });

  it('goes on with a step that failed, and with what that blocked', async () => {
    const world = new World();
    world.does.set('b', () => {
      throw new StepError('broken');
    });
    const first = await runIn(chain, { world });
    expect(first.outcomes).toEqual({ a: 'changed', b: 'failed', c: 'blocked' });
    world.does.clear();
    const again = await runIn(chain, { world, resume: first.journal });
    expect(again.outcomes).toEqual({ a: 'satisfied', b: 'changed', c: 'changed' });
    expect(world.deeds).toEqual(['a', 'b', 'b', 'c']);
    expect(again.result.outcome).toBe('succeeded');
  });

  it('knows steps by their ids: their order and their needs may have changed meanwhile', async () => {
    const first = await runIn(chain);
    const turned = workflow([
      making('c', { needs: [] }),
      making('new', { needs: ['c'] }),
      making('a', { needs: ['new'] }),
    ]);
    const again = await runIn(turned, { world: first.world, resume: first.journal.slice(0, -1) });
    expect(again.outcomes).toEqual({ c: 'satisfied', new: 'changed', a: 'satisfied' });
  });

  it('says that it can not tell yet what rests on outputs still to come', async () => {
    const world = new World();
    world.does.set('a', () => {
      world.facts.set('a', true);
      return { port: 1 };
    });
    const reads = workflow([
      making('a'),
      making('b', { needs: ['a'], with: { name: 'b', port: '${{ steps.a.outputs.port }}' } }),
    ]);
    const first = await runIn(reads, { world });
    world.facts.clear();
    const events = first.journal.filter((event) => !(event.type === 'step.finished' && event.address === 'a'));
    const again = await runIn(reads, { world, resume: events.slice(0, -1) });
    expect(verdicts(again)['b']).toMatch(/^unknown: /);
    expect(again.outcomes).toEqual({ a: 'changed', b: 'changed' });
  });

  it('that is killed again is continued again, with attempts counted on', async () => {
    const first = await runIn(workflow([making('a', { needs: [] })]));
    const started = killedAfter(first, ({ type }) => type === 'step.started');
    const second = await runIn(workflow([making('a', { needs: [] })]), { resume: started });
    const third = await runIn(workflow([making('a', { needs: [] })]), {
      resume: second.journal.slice(0, second.journal.findLastIndex(({ type }) => type === 'step.started') + 1),
    });
    expect(third.finish('a').attempts).toBe(3);
    expect([...third.all('step.started')].map(({ attempt }) => attempt)).toEqual([3]);
  });

  it('does not believe an output of before an attempt whose end nobody saw', async () => {
    const world = new World();
    world.does.set('a', () => {
      world.facts.set('a', true);
      return { token: `made ${world.count('a')}` };
    });
    const made = { ...making('a'), uses: 'maker' };
    const maker = { ...typeOf(world), name: 'maker', outputs: { token: 'what it made' } };
    const steps = workflow([
      made,
      making('b', { needs: ['a'], with: { name: 'b', token: '${{ steps.a.outputs.token }}' } }),
    ]);
    const first = await runIn(steps, { world, steps: [maker] });
    const redone = await runIn(steps, { world, steps: [maker], earlier: [first.journal], scope: { redo: ['a'] } });
    expect(redone.finish('a').outputs).toEqual({ token: 'made 2' });
    const killed = redone.journal.slice(0, redone.journal.findIndex(finished('a')));
    const again = await runIn(steps, { world, steps: [maker], earlier: [first.journal], resume: killed });
    expect(again.finish('a')).toMatchObject({ outcome: 'changed', outputs: { token: 'made 3' } });
    expect(again.finish('b').outcome).toBe('changed');
    expect(again.all('step.started').find(({ address }) => address === 'b')?.definition).toMatchObject({
      with: { token: 'made 3' },
    });
  });
});

describe('a new run', () => {
  it('knows what earlier ones brought about, and by which run', async () => {
    const first = await runIn(chain);
    const second = await runIn(chain, { world: first.world, earlier: [first.journal] });
    expect(second.outcomes).toEqual({ a: 'satisfied', b: 'satisfied', c: 'satisfied' });
    expect(second.all('step.judged')).toEqual([]);
  });

  it('tells of what it kept in its own journal, so that a later one needs no other', async () => {
    const first = await runIn(chain);
    const second = await runIn(chain, { world: first.world, earlier: [first.journal] });
    const changed = workflow([making('a', { with: { name: 'a', size: 2 } }), ...chain.steps.slice(1)]);
    const third = await runIn(changed, { world: first.world, earlier: [second.journal] });
    expect(third.outcomes).toEqual({ a: 'changed', b: 'satisfied', c: 'satisfied' });
  });
});

describe('while it is proved what finished', () => {
  it('a request to stop ends the looking', async () => {
    const first = await runIn(chain);
    const started = startIn(chain, {
      world: first.world,
      resume: first.journal.slice(0, -1),
      on: ({ type }) => {
        if (type === 'step.judged') started.stop.ask('finish', 'SIGINT');
      },
    });
    expect((await started.ended).outcome).toBe('interrupted');
    expect(first.world.deeds).toEqual(['a', 'b', 'c']);
  });
});

const typeOf = (world: World): StepType => {
  const type = registryOf(world, {}).steps.get('do');
  if (!type) throw new Error('no type');
  return type;
};

const probeOf = (world: World): ProbeType => {
  const type = registryOf(world, {}).probes.get('is');
  if (!type) throw new Error('no probe');
  return type;
};

const slowProbe = (world: World, seen: { looks: number; most: number }): ProbeType => ({
  ...probeOf(world),
  name: 'slow',
  look: async (input, context) => {
    seen.looks += 1;
    seen.most = Math.max(seen.most, seen.looks);
    await context.host.clock.sleep(1000);
    seen.looks -= 1;
    return probeOf(world).look(input, context);
  },
});
