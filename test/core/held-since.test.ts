import { describe, expect, it } from 'vitest';
import type { EventBody, RunEvent } from '../../src/core/event.ts';
import { HeldSince, Spans } from '../../src/core/held-since.ts';
import { begun, ended } from '../view/fixtures/story.ts';

const run = (...entries: readonly (readonly [at: number, body: EventBody])[]): readonly RunEvent[] =>
  entries.map(([at, body], index) => ({ ...body, at, seq: index + 1 }));
const since = (...newestFirst: readonly (readonly RunEvent[])[]): number | undefined => {
  const held = new HeldSince();
  for (const events of newestFirst) held.addOlder(Spans.of(events).all);
  return held.of('a');
};
const undone: EventBody = {
  type: 'step.undone',
  address: 'a',
  created: [],
  outcome: 'removed',
  evidence: [],
  durationMs: 1,
};

describe('the moment since when a step holds', () => {
  it('is when it was brought about, however often it was proved since', () => {
    const made = run([1, begun('a')], [2, ended('a', 'changed')], [3, ended('a', 'satisfied')]);
    expect(since(made)).toBe(2);
    expect(since(run([9, ended('a', 'satisfied')]), run([5, ended('a', 'satisfied')]), made)).toBe(2);
  });

  it('is when it was first found true, if nobody here made it', () => {
    expect(since(run([9, ended('a', 'satisfied')]), run([5, ended('a', 'satisfied')]))).toBe(5);
  });

  it('begins anew after a failure, after being made again, and after being taken away', () => {
    const old = run([1, begun('a')], [2, ended('a', 'changed')]);
    expect(since(run([6, ended('a', 'satisfied')]), run([5, ended('a', 'failed')]), old)).toBe(6);
    expect(since(run([5, begun('a')], [6, ended('a', 'changed')]), old)).toBe(6);
    expect(since(run([6, ended('a', 'satisfied')]), run([5, undone]), old)).toBe(6);
    expect(since(run([5, begun('a')]), old)).toBeUndefined();
  });
});
