import { describe, expect, it } from 'vitest';
import { Pace } from '../../src/engine/pace.ts';
import { ManualClock, settle } from '../rig/manual-clock.ts';

const minute = 60_000;
const cheap = { lookMs: 0.2, costMs: 0.012, waitedMs: minute, everyMs: 1000 };

const paceOf = (waits: number): { pace: Pace; leave: () => unknown } => {
  const pace = new Pace(new ManualClock());
  const leave = Array.from({ length: waits }, () => pace.enter());
  return { pace, leave: () => leave.map((each) => each()) };
};

describe('the pace of looking', () => {
  it('is quick at first, also where many wait', () => {
    expect(paceOf(1).pace.pause({ ...cheap, waitedMs: 1 })).toBe(15);
    expect(paceOf(1000).pace.pause({ ...cheap, waitedMs: 1 })).toBe(15);
  });

  it('costs no more than a share of the time when looks are slow', () => {
    expect(paceOf(1).pace.pause({ ...cheap, lookMs: 400, waitedMs: 0 })).toBe(400);
    expect(paceOf(1).pace.pause({ ...cheap, lookMs: 5000, waitedMs: 0 })).toBe(1000);
  });

  it('stays within a tenth of a second for what is cheap to ask, however long it is waited for', () => {
    expect(paceOf(1).pace.pause({ ...cheap, waitedMs: 10 * minute })).toBe(100);
    expect(paceOf(100).pace.pause(cheap)).toBe(100);
  });

  it('takes no more than so much of a core in all, and as often as before once others are done', () => {
    const { pace, leave } = paceOf(500);
    expect(pace.pause(cheap)).toBe(500);
    expect(pace.pause({ ...cheap, costMs: 0.006 })).toBe(250);
    leave();
    expect(pace.pause(cheap)).toBe(100);
  });

  it('leaves a look that takes long most of the time to others, and never exceeds what its author wants', () => {
    expect(paceOf(1).pace.pause({ ...cheap, lookMs: 40, everyMs: 5000 })).toBe(800);
    expect(paceOf(1).pace.pause({ ...cheap, lookMs: 40, everyMs: 300 })).toBe(300);
    expect(paceOf(100).pace.pause({ ...cheap, costMs: 3, everyMs: 300 })).toBe(300);
  });

  describe('that usually takes half a minute', () => {
    const slow = { ...cheap, lookMs: 40, everyMs: 5000, usualMs: 30_000 };
    const pauseAt = (waitedMs: number, more: Partial<typeof slow> = {}): number =>
      paceOf(1).pace.pause({ ...slow, waitedMs, ...more });

    it('is closer around that time, and as ever before and after', () => {
      expect([5000, 29_000, 35_000, 40_000].map((at) => pauseAt(at))).toEqual([500, 200, 200, 800]);
    });

    it('does not sleep into that time', () => {
      expect(pauseAt(26_700)).toBe(300);
      expect(pauseAt(26_990)).toBe(40);
    });

    it('takes no more of a core for it, and never exceeds what its author wants', () => {
      expect(paceOf(1).pace.pause({ ...slow, waitedMs: 29_000, costMs: 6 })).toBe(500);
      expect(pauseAt(29_000, { everyMs: 100 })).toBe(100);
    });

    it('knows nothing of a wait that is over already', () => {
      expect(pauseAt(5000, { usualMs: -20 })).toBe(500);
    });
  });

  it('is what its author wants where a glance tells of news', () => {
    expect(paceOf(1).pace.pause({ ...cheap, glances: true })).toBe(1000);
    expect(paceOf(1).pace.pause({ ...cheap, glances: true, waitedMs: 500 })).toBe(50);
  });
});

describe('what looks cost', () => {
  it('is what was used meanwhile, divided among those under way', async () => {
    const clock = Object.assign(new ManualClock(), { used: 0, cpu: () => clock.used });
    const { costs } = new Pace(clock);
    const looks = [costs.of(() => clock.sleep(10)), costs.of(() => clock.sleep(20))];
    clock.used += 4;
    await clock.advance(10);
    clock.used += 5;
    await clock.advance(10);
    clock.used += 100;
    const last = costs.of(async () => 'seen');
    expect((await Promise.all(looks)).map(({ costMs }) => costMs)).toEqual([2, 7]);
    expect(await last).toEqual({ seen: 'seen', costMs: 0 });
  });

  it('is divided among the others once one has failed', async () => {
    const clock = Object.assign(new ManualClock(), { used: 0, cpu: () => clock.used });
    const { costs } = new Pace(clock);
    await expect(costs.of(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const next = costs.of(() => clock.sleep(1));
    clock.used += 3;
    await clock.advance(1);
    expect((await next).costMs).toBe(3);
  });
});

describe('the rest between looks', () => {
  interface Resting {
    readonly clock: ManualClock;
    readonly woken: { at: number; forNews: boolean }[];
    readonly stop: () => void;
  }

  /** One after the other, a millisecond apart. */
  const resting = async (waits: number, ms: number, costMs = 0.01, hasNews?: () => boolean): Promise<Resting> => {
    const clock = new ManualClock();
    const pace = new Pace(clock);
    const stops = Array.from({ length: waits }, () => new AbortController());
    const woken: Resting['woken'] = [];
    for (let at = 0; at < waits; at += 1) pace.enter();
    for (const { signal } of stops) {
      void pace.rest({ ms, hasNews }, costMs, signal).then((forNews) => woken.push({ at: clock.monotonic(), forNews }));
      await clock.advance(1);
    }
    return { clock, woken, stop: () => stops.forEach((each) => void each.abort()) };
  };
  const moments = (woken: Resting['woken']): number[] => [...new Set(woken.map(({ at }) => at))];

  it('ends at the same moment for many, with one timer, and never later than it has to', async () => {
    const { clock, woken } = await resting(20, 500);
    expect(clock.sleeping).toBe(1);
    await clock.advance(600);
    expect(moments(woken)).toEqual([500]);
    expect(woken).toHaveLength(20);
    expect(clock.sleeping).toBe(0);
  });

  it('is exact for one that is alone, and where looks cost much: together they would be felt', async () => {
    const alone = await resting(1, 130);
    await alone.clock.advance(200);
    expect(moments(alone.woken)).toEqual([130]);
    const costly = await resting(3, 500, 5);
    await costly.clock.advance(600);
    expect(moments(costly.woken)).toEqual([500, 501, 502]);
  });

  it('ends within a tenth of a second when there is news', async () => {
    const world = { changed: false };
    const { clock, woken } = await resting(3, 60_000, 5, () => world.changed);
    await clock.advance(5000);
    expect(woken).toEqual([]);
    world.changed = true;
    await clock.advance(100);
    expect(woken.map(({ forNews }) => forNews)).toEqual([true, true, true]);
  });

  it('looks out for the news of very many less often', async () => {
    const asked: number[] = [];
    const { clock } = await resting(1000, 60_000, 5, () => asked.push(1) < 0);
    await clock.advance(10_000);
    expect(asked.length).toBeGreaterThan(10_000);
    expect(asked.length).toBeLessThanOrEqual(22_000);
  });

  it('ends for all that give up, and leaves no timer', async () => {
    const { clock, woken, stop } = await resting(3, 500);
    stop();
    await settle();
    expect([woken.length, clock.sleeping]).toEqual([3, 0]);
  });

  it('begins anew after all have given up', async () => {
    const clock = new ManualClock();
    const pace = new Pace(clock);
    pace.enter();
    pace.enter();
    const stop = new AbortController();
    void pace.rest({ ms: 500 }, 0, stop.signal);
    stop.abort();
    const again = pace.rest({ ms: 300 }, 0, new AbortController().signal);
    await clock.advance(300);
    expect(await again).toBe(false);
    expect(clock.sleeping).toBe(0);
  });
});
