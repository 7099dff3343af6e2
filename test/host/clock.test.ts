import { describe, expect, it } from 'vitest';
import { host } from './support.ts';

describe('the clock', () => {
  it('tells the time of day and a time that only grows', () => {
    expect(Math.abs(host.clock.now() - Date.now())).toBeLessThan(5000);
    const first = host.clock.monotonic();
    expect(host.clock.monotonic()).toBeGreaterThanOrEqual(first);
  });

  it('sleeps at least as long as it is told', async () => {
    const start = host.clock.monotonic();
    await host.clock.sleep(20);
    expect(host.clock.monotonic() - start).toBeGreaterThanOrEqual(20);
  });

  it('wakes up when the signal aborts, and does not sleep when it has aborted before', async () => {
    const abort = new AbortController();
    const asleep = host.clock.sleep(1e9, abort.signal);
    abort.abort();
    await asleep;
    await host.clock.sleep(1e9, abort.signal);
  });

  it('sleeps longer than one timer can', async () => {
    const abort = new AbortController();
    let awake = false;
    const asleep = host.clock.sleep(2 ** 31 + 1000, abort.signal).then(() => {
      awake = true;
    });
    await host.clock.sleep(20);
    expect(awake).toBe(false);
    abort.abort();
    await asleep;
  });
});
