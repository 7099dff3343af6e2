import { describe, expect, it } from 'vitest';
import type { Seen } from '../../src/engine/step-type.ts';
import { serviceSpread } from '../../steps/service/probes.ts';
import { leftOutByChance } from '../../steps/service/readings.ts';
import { scripted } from './scripted-context.ts';

/** Numbers between 0 and 1, the same each time. */
const drawing = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

describe('what chance leaves out', () => {
  it('is nobody with fifteen requests for each, and all but one at most', () => {
    for (const servers of [1, 2, 3, 24, 128]) expect(leftOutByChance(servers, 15 * servers)).toBe(0);
    expect([leftOutByChance(3, 1), leftOutByChance(1, 1), leftOutByChance(0, 10)]).toEqual([2, 0, 0]);
  });

  it('is not more in many draws, and of many servers not much less', () => {
    const draw = drawing(1);
    for (const [servers, requests] of [
      [3, 6],
      [10, 20],
      [128, 450],
    ] as const) {
      const leftOut = Array.from({ length: 300 }, () => {
        const met = new Set(Array.from({ length: requests }, () => Math.floor(draw() * servers)));
        return servers - met.size;
      });
      const allowed = leftOutByChance(servers, requests);
      expect(Math.max(...leftOut)).toBeLessThanOrEqual(allowed);
      if (servers > 100) expect(Math.max(...leftOut)).toBeGreaterThan(allowed / 2);
    }
  });
});

describe('service.spread', () => {
  const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `pod${at + 1}`);

  /** Requests answered in turn by those pods. */
  const look = async (answering: readonly string[], requests: number, servers: readonly string[]): Promise<Seen> => {
    const answers = Array.from({ length: requests }, (_, at) => `Server name: ${answering[at % answering.length]}\n`);
    const { context } = scripted(() => ({ stdout: answers.join('') }));
    return serviceSpread.look({ url: 'http://192.168.33.10/', requests, servers: [...servers] }, context);
  };

  it('misses every pod that does not answer where requests suffice to meet all', async () => {
    expect(await look(names(3), 45, names(3))).toMatchObject({ holds: true, saw: expect.stringContaining('pod2 15') });
    const seen = await look(names(2), 45, names(3));
    expect(seen).toMatchObject({ holds: false, saw: expect.stringMatching(/; none from pod3$/) });
  });

  it('does not miss what chance leaves out of very many, but more than that, and names a few', async () => {
    expect(await look(names(117), 450, names(128))).toMatchObject({ holds: true });
    const seen = await look(names(100), 450, names(128));
    expect(seen.holds).toBe(false);
    expect(seen.saw).toMatch(
      /^450 of 450 answered: pod1 5, .* pod8 5 and 92 more; none from pod101, .* and 20 more, of which chance/,
    );
  });

  it('refuses an answer from elsewhere, and one that did not come', async () => {
    expect(await look([...names(3), 'stranger'], 45, names(3))).toMatchObject({
      holds: false,
      saw: expect.stringContaining('not expected: stranger'),
    });
    const { context } = scripted(() => ({ stdout: 'Server name: pod1\n' }));
    const seen = await serviceSpread.look({ url: 'http://192.168.33.10/', requests: 2, servers: ['pod1'] }, context);
    expect(seen).toMatchObject({ holds: false, saw: '1 of 2 answered: pod1 1' });
  });
});
