import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/core/event.ts';
import { foldRun, isDone, RunFolder } from '../../src/core/run-state.ts';
import { begun, created, driver, ended, histories, number, start, undone } from '../rig/random-events.ts';

describe('the state of a run', () => {
  it('is the same whether it is folded at once or fact by fact, before or after going through the disk', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const folder = new RunFolder();
        for (const event of events) folder.add(event);
        const state = foldRun(events);
        expect(folder.state).toEqual(state);
        expect(foldRun(JSON.parse(JSON.stringify(events)))).toEqual(state);
      }),
    );
  });

  it('after a step was looked at says what its last fact says', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const { steps } = foldRun(events);
        for (const [address, { status }] of steps) {
          const last = events.findLast(
            (event) => (event.type === 'step.started' || event.type === 'step.finished') && event.address === address,
          );
          expect(last?.type).toBe(`step.${status}`);
        }
      }),
    );
  });

  it('holds just what was made and, as far as is known, not taken away since', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const { holdings, undone: gone } = foldRun(events);
        const held = new Set<string>();
        for (const event of events) {
          if (event.type === 'step.started') held.add(event.address);
          if (event.type === 'step.undone' && event.outcome !== 'failed') held.delete(event.address);
        }
        expect(new Set(holdings.map(({ address }) => address))).toEqual(held);
        expect([...gone].filter((address) => held.has(address))).toEqual([]);
      }),
    );
  });

  it('keeps for what was made the moment of its first making', () => {
    const { holdings } = foldRun(number([start, begun('a'), ended('a', 'failed'), begun('b'), begun('a', 2)]));
    expect(holdings.map(({ address, seq }) => [address, seq])).toEqual([
      ['a', 2],
      ['b', 4],
    ]);
    const again = foldRun(number([start, begun('a'), begun('b'), undone('a', 'removed'), begun('a', 2)]));
    expect(again.holdings.find(({ address }) => address === 'a')?.seq).toBe(5);
  });

  it('keeps what is known of a step when only what an earlier definition made is taken away', () => {
    const made = (name: string): EventBody => ({ ...begun('a', 1, name), creates: created(name) }) as EventBody;
    const gone = (name: string, more: object): EventBody =>
      ({ ...undone('a', 'removed'), created: created(name), ...more }) as EventBody;
    const events = [start, made('x'), made('y'), ended('a', 'changed')];
    const earlier = foldRun(number([...events, gone('x', { earlier: true })]));
    expect([isDone(earlier.known.get('a')), [...earlier.undone]]).toEqual([true, []]);
    expect(earlier.holdings).toMatchObject([{ created: created('y') }]);
    const now = foldRun(number([...events, gone('y', {})]));
    expect([now.known.get('a'), [...now.undone]]).toEqual([undefined, ['a']]);
    expect(now.holdings).toMatchObject([{ created: created('x') }]);
  });

  it('does not grow with attempts at the same thing', () => {
    const attempts = Array.from({ length: 50 }, (_, count) => [begun('a', count + 1), ended('a', 'failed')]).flat();
    const whole = attempts.map((body) => ({ ...body, creates: created('a') }) as EventBody);
    expect(foldRun(number([start, ...whole])).deeds).toHaveLength(1);
  });

  it('hides nothing that is known behind an outcome that touched nothing', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const touching = events.filter(
          (event) => !(event.type === 'step.finished' && (event.outcome === 'skipped' || event.outcome === 'blocked')),
        );
        expect([...foldRun(events).known.keys()]).toEqual([...foldRun(touching).known.keys()]);
      }),
    );
    const { steps, known } = foldRun(number([start, begun('a'), ended('a', 'changed'), ended('a', 'blocked')]));
    expect([steps.get('a')?.outcome, known.get('a')?.outcome]).toEqual(['blocked', 'changed']);
  });

  it('has an end only until it is continued', () => {
    const end: EventBody = { type: 'run.finished', outcome: 'failed', counts: {}, durationMs: 1, facts: {} };
    const resumed: EventBody = { type: 'run.resumed', process: { ...driver, pid: 2 }, version: '1', scope: {} };
    expect(foldRun(number([start, end])).end).toMatchObject({ outcome: 'failed' });
    const state = foldRun(number([start, end, resumed]));
    expect([state.end, state.drivers.map(({ pid }) => pid)]).toEqual([undefined, [1, 2]]);
  });

  it('believes no outputs of before once an attempt has started', () => {
    const made = ended('a', 'changed', { outputs: { token: 1 } });
    expect(foldRun(number([start, begun('a'), made])).known.get('a')?.outputs).toEqual({ token: 1 });
    expect(foldRun(number([start, begun('a'), made, begun('a', 2)])).known.get('a')?.outputs).toEqual({});
  });

  it('tells the definition in force from one that was only tried', () => {
    const tried = foldRun(
      number([
        start,
        begun('a'),
        ended('a', 'changed', { fingerprint: 'f' }),
        begun('a', 2, 'g'),
        ended('a', 'failed', { fingerprint: 'g' }),
      ]),
    ).known.get('a');
    expect([tried?.fingerprint, tried?.applied]).toEqual(['g', { fingerprint: 'f', definition: { is: 'f' } }]);
  });

  it('counts the processes of an attempt, and forgets them when the step ends well', () => {
    const spawned = (pid: number): EventBody => ({
      ...{ type: 'step.spawned', address: 'a', attempt: 1, command: 'do a', process: { ...driver, pid } },
    });
    const events = [start, begun('a'), spawned(7), spawned(8)];
    expect(foldRun(number(events)).steps.get('a')).toMatchObject({ spawned: 2, process: { pid: 8 } });
    expect(foldRun(number([...events, ended('a', 'interrupted')])).steps.get('a')).toMatchObject({ spawned: 2 });
    expect(foldRun(number([...events, ended('a', 'changed')])).steps.get('a')?.processes).toBeUndefined();
  });

  it('goes on under its new id when a step was renamed, also for what it made', () => {
    const planned: EventBody = {
      type: 'run.planned',
      steps: [
        { address: 'new', step: 'new', name: 'new', needs: [], was: ['a'] },
        { address: 'd', step: 'd', name: 'd', needs: [], parent: true, was: ['c'] },
        { address: 'd[x]', step: 'd', name: 'x', needs: [] },
      ],
    };
    const state = foldRun(number([start, begun('a'), ended('a', 'changed'), begun('c[x]'), planned]));
    expect([...state.known.keys(), ...state.holdings.map(({ address }) => address)]).toEqual([
      'new',
      'd[x]',
      'new',
      'd[x]',
    ]);
    expect(isDone(state.known.get('new'))).toBe(true);
  });
});
