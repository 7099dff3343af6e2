import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/core/event.ts';
import { estimateRest, estimateText } from '../../src/view/estimate.ts';
import { RunModel } from '../../src/view/run-model.ts';
import {
  begun,
  bgp,
  ended,
  finished,
  looked,
  planned,
  said,
  started,
  startOfStory,
  step,
  story,
} from './fixtures/story.ts';

const fold = (...entries: readonly (readonly [number, EventBody])[]): RunModel => {
  const model = new RunModel();
  for (const event of story(entries)) model.add(event);
  return model;
};
const phases = (model: RunModel) =>
  Object.fromEntries([...model.steps].map(([address, { phase }]) => [address, phase]));

describe('the model of a run', () => {
  it('lets a step wait for its needs and be ready when they are over', () => {
    const plan = planned(step('a'), step('b', { needs: ['a'] }));
    expect(phases(fold([0, started()], [0, plan]))).toEqual({ a: 'ready', b: 'needs' });
    expect(phases(fold([0, started()], [0, plan], [1, ended('a', 'changed')]))).toEqual({ a: 'done', b: 'ready' });
  });

  it('ends a foreach parent with its children, by the worst of them, and frees who waits for it', () => {
    const model = fold(
      [0, started()],
      [
        0,
        planned(
          step('rules', { parent: true, needs: ['rules[n1]', 'rules[n2]'] }),
          step('rules[n1]'),
          step('rules[n2]'),
          step('after', { needs: ['rules'] }),
        ),
      ],
      [1, ended('rules[n1]', 'changed')],
      [2, ended('rules[n2]', 'failed')],
    );
    expect(model.steps.get('rules')).toMatchObject({ phase: 'done', outcome: 'failed' });
    expect(model.steps.get('after')?.phase).toBe('ready');
    expect(model.counted).toHaveLength(3);
  });

  it('takes in children that become known later', () => {
    const model = fold(
      [0, started()],
      [0, planned(step('each', { parent: true }), step('after', { needs: ['each'] }))],
      [1, { type: 'step.expanded', address: 'each', children: [step('each[x]'), step('each[y]')] }],
    );
    expect(model.children.get('each')).toEqual(['each[x]', 'each[y]']);
    expect(phases(model)).toMatchObject({ 'each[x]': 'ready', after: 'needs' });
  });

  it('follows a step through its attempts', () => {
    const failure = { kind: 'exit', exitCode: 1, command: 'make a', tail: ['no'] } as const;
    const model = fold(
      [0, started()],
      [0, planned(step('a'))],
      [10, begun('a')],
      [20, said('a', 'first\nsecond\npart')],
      [30, { type: 'step.retrying', address: 'a', attempt: 1, delayMs: 500, failure }],
    );
    expect(model.steps.get('a')).toMatchObject({
      phase: 'retrying',
      attempt: 1,
      lastLine: 'part',
      retryAt: startOfStory + 530,
      failure,
    });
  });

  it('knows which way a fact goes, and since when it rests', () => {
    const looks = (...saws: readonly (readonly [number, string])[]) =>
      fold(
        [0, started()],
        [0, planned(step('a'))],
        ...saws.map(([at, saw]) => [at, looked('a', [bgp(saw)])] as const),
      ).steps.get('a')?.waiting?.facts[0]?.trend;
    expect(looks([0, '1 of 4'], [1000, '2 of 4'])).toEqual({ direction: 'rising', changedAt: startOfStory + 1000 });
    expect(looks([0, '3 of 4'], [1000, '2 of 4'])?.direction).toBe('falling');
    expect(looks([0, '1 of 4'], [1000, '2 of 4'], [9000, '2 of 4'])?.changedAt).toBe(startOfStory + 1000);
    expect(looks([0, 'exit 1: 1 of 4'], [1000, 'exit 1: 2 of 4'])?.direction).toBe('rising');
    expect(looks([0, 'no answer'], [1000, 'HTTP 500'])?.direction).toBe('moving');
  });

  it('calls a step healed that had been done, no longer held, and was done again', () => {
    const evidence = [{ probe: 'container', holds: false, saw: 'not running' }];
    const first = story([
      [0, started()],
      [0, planned(step('a'), step('b'))],
      [1, ended('a', 'changed')],
    ]);
    const model = new RunModel({ past: first });
    const resumed = story([
      [5, { type: 'run.resumed', process: { pid: 1, startTime: 1, bootId: 'b' }, version: '0', scope: {} }],
      [5, planned(step('a'), step('b'))],
      [6, { type: 'step.judged', address: 'a', verdict: 'run', reason: 'container: not running', evidence }],
      [7, ended('a', 'changed')],
      [8, ended('b', 'changed')],
    ]);
    for (const event of resumed) model.add(event);
    expect(model.steps.get('a')?.healed).toBe(true);
    expect(model.steps.get('b')?.healed).toBe(false);
  });

  it('does not wait for steps outside the scope of the run', () => {
    const model = fold(
      [0, started({ scope: { only: ['b'] } })],
      [0, planned(step('a'), step('b', { needs: ['a'] }), step('c', { needs: ['b'] }))],
    );
    expect(phases(model)).toEqual({ a: 'left-out', b: 'ready', c: 'left-out' });
  });

  it('forgets an end when the run is taken up again', () => {
    const model = fold(
      [0, started()],
      [1, finished('failed')],
      [2, { type: 'run.resumed', process: { pid: 1, startTime: 1, bootId: 'b' }, version: '0', scope: {} }],
    );
    expect(model.end).toBeUndefined();
    expect(model.sittingSince).toBe(startOfStory + 2);
  });

  it('forgets steps that are no longer planned when the run is taken up again', () => {
    const model = fold(
      [0, started()],
      [0, planned(step('old'), step('a'))],
      [1, { type: 'run.resumed', process: { pid: 1, startTime: 1, bootId: 'b' }, version: '0', scope: {} }],
      [1, planned(step('a'), step('new'))],
    );
    expect([...model.steps.keys()].sort()).toEqual(['a', 'new']);
  });

  it('survives events of steps no plan has told of', () => {
    expect(fold([0, ended('ghost', 'changed')]).steps.get('ghost')?.outcome).toBe('changed');
  });

  it('takes a chain of ten thousand steps', () => {
    const chain = Array.from({ length: 10_000 }, (_, at) => step(`s${at}`, { needs: at === 0 ? [] : [`s${at - 1}`] }));
    const model = fold(
      [0, started()],
      [0, planned(...chain)],
      ...chain.map((each) => [1, ended(each.address, 'changed')] as const),
    );
    expect(model.counted.every(({ phase }) => phase === 'done')).toBe(true);
  });
});

describe('the estimate of the rest', () => {
  const plan = planned(
    step('a', { usualMs: 10_000 }),
    step('b', { usualMs: 3000 }),
    step('c', { needs: ['a', 'b'], usualMs: 5000 }),
  );

  it('is the longest chain of what is left, by usual times', () => {
    expect(estimateRest(fold([0, started()], [0, plan]), startOfStory)).toEqual({ ms: 15_000, atLeast: false });
  });

  it('takes off what a running step has used, and never goes below nothing', () => {
    const model = fold([0, started()], [0, plan], [0, begun('a')]);
    expect(estimateRest(model, startOfStory + 4000).ms).toBe(11_000);
    expect(estimateRest(model, startOfStory + 40_000).ms).toBe(8000);
  });

  it('is the least it will take while a step has never been timed', () => {
    const model = fold([0, started()], [0, planned(step('a', { usualMs: 9000 }), step('new'))]);
    expect(estimateText(estimateRest(model, startOfStory))).toBe('at least 9.0s');
    expect(estimateText(estimateRest(fold([0, planned(step('new'))]), startOfStory))).toBe('');
  });

  it('counts steps that will be kept as nothing', () => {
    const keep = { type: 'step.judged', address: 'a', verdict: 'keep', reason: 'it holds', evidence: [] } as const;
    expect(estimateRest(fold([0, started()], [0, plan], [1, keep]), startOfStory).ms).toBe(8000);
  });
});
