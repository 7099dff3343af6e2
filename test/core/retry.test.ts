import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { delayAfter, noRetry, type RetryPolicy } from '../../src/core/retry.ts';

const policies: fc.Arbitrary<RetryPolicy> = fc.record({
  attempts: fc.integer({ min: 1, max: 6 }),
  delayMs: fc.integer({ min: 0, max: 60_000 }),
  backoff: fc.double({ min: 1, max: 4, noNaN: true }),
  maxDelayMs: fc.oneof(fc.integer({ min: 0, max: 120_000 }), fc.constant(Number.POSITIVE_INFINITY)),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  withinMs: fc.oneof(fc.integer({ min: 0, max: 300_000 }), fc.constant(Number.POSITIVE_INFINITY)),
});
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the pause after a failed attempt', () => {
  it('is never longer than the longest, never ends beyond the budget, and never comes after the last', () => {
    fc.assert(
      fc.property(
        policies,
        fc.integer({ min: 1, max: 6 }),
        fc.nat(300_000),
        random,
        (policy, attempt, elapsedMs, chance) => {
          const delay = delayAfter(policy, { attempt, elapsedMs, random: chance });
          if (attempt >= policy.attempts) expect(delay).toBeUndefined();
          if (delay === undefined) return;
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(policy.maxDelayMs);
          expect(elapsedMs + delay).toBeLessThanOrEqual(policy.withinMs);
        },
      ),
    );
  });

  it('is not rounded to more than the longest', () => {
    const policy = { ...noRetry, attempts: 2, delayMs: 3, jitter: 0.2 };
    expect(delayAfter(policy, { attempt: 1, elapsedMs: 0, random: 0.9999999999999999 })).toBe(3);
  });

  it('grows by its factor', () => {
    const policy = { ...noRetry, attempts: 5, delayMs: 100, backoff: 3 };
    const after = (attempt: number) => delayAfter(policy, { attempt, elapsedMs: 0, random: 0 });
    expect([1, 2, 3, 4, 5].map(after)).toEqual([100, 300, 900, 2700, undefined]);
  });

  it('is shortened by chance by no more than its jitter', () => {
    fc.assert(
      fc.property(random, (chance) => {
        const policy = { ...noRetry, attempts: 2, delayMs: 1000, jitter: 0.3 };
        const delay = delayAfter(policy, { attempt: 1, elapsedMs: 0, random: chance }) ?? 0;
        expect(delay).toBeGreaterThanOrEqual(700);
        expect(delay).toBeLessThanOrEqual(1000);
      }),
    );
  });
});
