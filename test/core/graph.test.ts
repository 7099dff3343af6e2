import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circleIn, closure, longestPaths, topological, type Vertex } from '../../src/core/graph.ts';

/** Any DAG: a vertex needs only vertices before it. */
const dags = fc.array(fc.array(fc.nat(30)), { maxLength: 30 }).map((rows) =>
  rows.map(
    (needs, at): Vertex => ({
      address: `s${at}`,
      needs: [...new Set(needs.filter((need) => need < at).map((need) => `s${need}`))],
    }),
  ),
);

describe('graph orders', () => {
  it('put every step after everything it needs', () => {
    fc.assert(
      fc.property(dags, (vertices) => {
        const place = new Map(topological([...vertices].reverse()).map((vertex, at) => [vertex.address, at]));
        for (const { address, needs } of vertices)
          for (const need of needs) expect(place.get(need)).toBeLessThan(place.get(address) ?? -1);
      }),
    );
  });

  it('weigh a step with the longest path that follows it', () => {
    const vertices = [
      { address: 'a', needs: [] },
      { address: 'b', needs: ['a'] },
      { address: 'c', needs: ['a'] },
      { address: 'd', needs: ['b'] },
    ];
    const weights: Record<string, number> = { a: 1, b: 2, c: 10, d: 4 };
    expect(Object.fromEntries(longestPaths(vertices, (address) => weights[address] ?? 0))).toEqual({
      a: 11,
      b: 6,
      c: 10,
      d: 4,
    });
  });

  it('walk a chain of ten thousand steps', () => {
    const chain = Array.from({ length: 10_000 }, (_, at) => ({
      address: `s${at}`,
      needs: at === 0 ? [] : [`s${at - 1}`],
    }));
    expect(topological(chain)).toHaveLength(10_000);
    expect(closure(chain, ['s0'], 'forward').size).toBe(10_000);
    expect(longestPaths(chain, () => 1).get('s0')).toBe(10_000);
  });

  it('name the circle there is, and none where there is none', () => {
    fc.assert(fc.property(dags, (vertices) => circleIn(vertices) === undefined));
    const circle = [
      { address: 'first', needs: [] },
      { address: 'a', needs: ['first', 'c'] },
      { address: 'b', needs: ['a'] },
      { address: 'c', needs: ['b'] },
      { address: 'last', needs: ['c'] },
    ];
    expect(circleIn(circle)).toEqual(['a', 'c', 'b']);
    expect(circleIn([{ address: 'a', needs: ['a'] }])).toEqual(['a']);
  });

  it('refuse a circle', () => {
    expect(() =>
      topological([
        { address: 'a', needs: ['b'] },
        { address: 'b', needs: ['a'] },
      ]),
    ).toThrow(/circle/);
  });
});
