import { describe, expect, it } from 'vitest';
import { abandoned, bounded } from '../../src/engine/bounded.ts';
import { ManualClock, settle } from '../rig/manual-clock.ts';

const limits = (timeoutMs?: number) => ({ clock: new ManualClock(), stop: new AbortController(), timeoutMs });

describe('a time limit', () => {
  it('ends work that takes longer, and says that it was it', async () => {
    const { clock, stop, timeoutMs } = limits(50);
    const work = bounded({ clock, signal: stop.signal, timeoutMs }, async ({ signal, isLate }) => {
      await clock.sleep(1000, signal);
      return { ended: signal.aborted, late: isLate() };
    });
    await clock.advance(49);
    expect(clock.sleeping).toBe(2);
    await clock.advance(1);
    expect(await work).toEqual({ ended: true, late: true });
  });

  it('leaves no timer behind, neither where the answer was there at once', async () => {
    const { clock, stop, timeoutMs } = limits(50);
    await bounded({ clock, signal: stop.signal, timeoutMs }, async () => 1);
    await settle();
    expect(clock.sleeping).toBe(0);
    const slow = bounded({ clock, signal: stop.signal, timeoutMs }, () => clock.sleep(10));
    await clock.advance(10);
    await slow;
    await settle();
    expect(clock.sleeping).toBe(0);
  });

  it('is not waited for by those who were told to end', async () => {
    const { clock, stop, timeoutMs } = limits(50);
    const deaf = () =>
      abandoned(
        { clock, signal: stop.signal, timeoutMs },
        () => new Promise(() => {}),
        () => new Error('late'),
      );
    const first = deaf();
    await Promise.all([expect(first).rejects.toThrow('late'), clock.advance(50)]);
    const second = deaf();
    stop.abort();
    await expect(second).rejects.toThrow('late');
    await expect(deaf()).rejects.toThrow('late');
  });
});
