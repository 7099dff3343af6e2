import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../src/core/quantity.ts';

describe('a duration', () => {
  it('is read in every unit, and in several', () => {
    const read = ['500ms', '30s', '15m', '1h30m', '2d', '1.5s', '0s'].map(parseDuration);
    expect(read).toEqual([500, 30_000, 900_000, 5_400_000, 172_800_000, 1500, 0]);
  });

  it('needs its unit', () => {
    expect(['', '5', 's', '5 s', '-1s', '5x', '1h 30m', '1e3s'].map(parseDuration)).toEqual(Array(8).fill(undefined));
  });

  it('is written as short as it can be read at a glance', () => {
    const written = [0, 240, 9949, 9950, 12_000, 59_499, 59_500, 185_000, 3_599_499, 3_720_000].map(formatDuration);
    expect(written).toEqual(['0.0s', '0.2s', '9.9s', '10s', '12s', '59s', '1m00s', '3m05s', '59m59s', '1h02m']);
  });

  it('of whole seconds can be read again to within what is shown', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 3599 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
  });
});
