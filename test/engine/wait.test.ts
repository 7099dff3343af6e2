import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/core/failure.ts';
import type { Question } from '../../src/engine/prove/look.ts';
import { type WaitResult, waitUntil } from '../../src/engine/prove/wait.ts';
import { ManualClock } from '../rig/manual-clock.ts';

interface Asked {
  readonly withinMs?: number;
  readonly everyMs?: number;
  readonly forMs?: number;
  readonly staysMs?: number;
  readonly lookMs?: number;
  readonly glance?: (at: number) => string | undefined;
  /** What holds at which millisecond. */
  readonly holds: (at: number) => boolean;
}

const questionOn = (
  clock: ManualClock,
  { holds, lookMs = 0, glance, ...rest }: Asked,
  asked: number[] = [],
): Question => ({
  ...{ withinMs: 0, forMs: 0, staysMs: 0 },
  ...rest,
  ...(glance && { glance: () => glance(clock.monotonic()) }),
  ask: async () => {
    asked.push(clock.monotonic());
    await clock.sleep(lookMs);
    const now = clock.monotonic();
    return { observation: { probe: 'fact', holds: holds(now), saw: `at ${now}` } };
  },
});

const wait = async (
  ...questions: readonly Asked[]
): Promise<WaitResult & { asked: readonly number[]; last?: Observation | undefined }> => {
  const clock = new ManualClock({ automatic: true });
  const asked: number[] = [];
  const result = await waitUntil(
    questions.map((each) => questionOn(clock, each, asked)),
    { clock, signal: new AbortController().signal, since: 0, onLooked: () => {} },
  );
  return { ...result, asked, last: result.observations.at(-1) };
};

describe('a fact that must become true', () => {
  it('is asked once when it may take no time', async () => {
    expect(await wait({ holds: () => false })).toMatchObject({ holds: false, asked: [0], waitedMs: 0 });
  });

  it('ends the waiting as soon as it is seen', async () => {
    const { holds, waitedMs } = await wait({ withinMs: 30_000, holds: (at) => at >= 4000 });
    expect(holds).toBe(true);
    expect(waitedMs).toBeLessThan(5000);
  });

  it('is looked at for the last time at its deadline, and that is what is said', async () => {
    const { holds, waitedMs, asked, last } = await wait({ withinMs: 30_000, holds: (at) => at > 30_000 });
    expect([holds, waitedMs, asked.at(-1), last?.saw]).toEqual([false, 30_000, 30_000, 'at 30000']);
    expect((await wait({ withinMs: 30_000, holds: (at) => at >= 30_000 })).holds).toBe(true);
  });

  it('is looked at quickly first, then less often, but ten times a second when that costs little', async () => {
    const { asked } = await wait({ withinMs: 60_000, everyMs: 2000, holds: () => false });
    const pauses = asked.slice(1).map((at, index) => Math.round(at - (asked[index] ?? 0)));
    expect(pauses[0]).toBe(15);
    expect(Math.max(...pauses)).toBe(100);
    expect([...pauses.slice(0, -1)].sort((a, b) => a - b)).toEqual(pauses.slice(0, -1));
  });

  it('is looked at as soon as a glance tells of news, and else as often as its author wants', async () => {
    const { waitedMs, asked } = await wait({
      ...{ withinMs: 120_000, everyMs: 30_000 },
      glance: (at) => (at < 100_000 ? 'old' : 'new'),
      holds: (at) => at >= 100_000,
    });
    expect(waitedMs).toBeLessThanOrEqual(100_100);
    expect(asked.filter((at) => at > 50_000 && at < 99_000).length).toBeLessThan(10);
  });

  it('is looked at every five seconds where nobody says how often and a glance tells of nothing new', async () => {
    const { asked } = await wait({ withinMs: 300_000, glance: () => 'same', holds: () => false });
    const late = asked.filter((at) => at > 100_000);
    expect(late.length).toBeGreaterThanOrEqual(40);
    expect(late.length).toBeLessThanOrEqual(42);
  });

  it('is not looked at all the time because it changes all the time', async () => {
    const { asked } = await wait({ withinMs: 60_000, everyMs: 5000, glance: String, lookMs: 50, holds: () => false });
    const late = asked.filter((at) => at > 30_000);
    // Without a glance it may take a twentieth of the time: once a second. News add one look each.
    expect(late.length).toBeLessThanOrEqual(62);
  });

  it('ends the waiting for all when it can no longer hold in time', async () => {
    const { holds, waitedMs, observations } = await wait(
      { withinMs: 2000, holds: () => false },
      { withinMs: 60_000, holds: () => false },
    );
    expect([holds, waitedMs, observations.length]).toEqual([false, 2000, 2]);
  });
});

describe('a fact that must hold for a while', () => {
  it('has to do so without a break', async () => {
    const broken = (at: number) => at >= 1000 && (at < 5000 || at >= 6000);
    const { holds, waitedMs } = await wait({ withinMs: 60_000, forMs: 10_000, everyMs: 500, holds: broken });
    expect(holds).toBe(true);
    expect(waitedMs).toBeGreaterThanOrEqual(16_000);
    expect(waitedMs).toBeLessThan(17_000);
  });

  it('and has held too briefly at the deadline, is said to have', async () => {
    const { holds, last } = await wait({ withinMs: 10_000, forMs: 5000, everyMs: 1000, holds: (at) => at >= 7000 });
    expect(holds).toBe(false);
    expect(last?.saw).toMatch(/^at 10000, but for \d+ ms only, not 5000$/);
  });
});

describe('a fact that must stay', () => {
  it('is watched from the moment it holds, also past the deadline of its beginning', async () => {
    const { holds, waitedMs } = await wait({
      withinMs: 5000,
      staysMs: 60_000,
      everyMs: 1000,
      holds: (at) => at >= 4000,
    });
    expect(holds).toBe(true);
    expect(waitedMs).toBeGreaterThanOrEqual(64_000);
  });

  it('fails at its first break', async () => {
    const { holds, waitedMs, last } = await wait({ staysMs: 60_000, everyMs: 1000, holds: (at) => at < 20_000 });
    expect([holds, waitedMs, last?.holds]).toEqual([false, 20_000, false]);
  });
});

describe('waiting', () => {
  it('ends when it is told to', async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const asked: number[] = [];
    const question = questionOn(clock, { withinMs: 60_000, holds: () => false }, asked);
    const waiting = waitUntil([question], { clock, signal: stop.signal, since: 0, onLooked: () => {} });
    await clock.advance(3000);
    const before = asked.length;
    stop.abort();
    expect(await waiting).toMatchObject({ holds: false, waitedMs: 3000 });
    expect(asked).toHaveLength(before);
  });

  it('says at every look what is seen of all', async () => {
    const clock = new ManualClock({ automatic: true });
    const seen: string[][] = [];
    const questions = [
      questionOn(clock, { withinMs: 100, holds: (at) => at >= 50 }),
      questionOn(clock, { withinMs: 100, holds: () => true }),
    ];
    await waitUntil(questions, {
      ...{ clock, signal: new AbortController().signal, since: 0 },
      onLooked: (observations) => seen.push(observations.map(({ holds }) => (holds ? 'yes' : 'no'))),
    });
    expect(seen[0]).toEqual(['no']);
    expect(seen[1]).toEqual(['no', 'yes']);
    expect(seen.at(-1)).toEqual(['yes', 'yes']);
  });

  it('of nothing is over at once, and well', async () => {
    expect(await wait()).toMatchObject({ holds: true, waitedMs: 0 });
  });
});
