import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Told, toldBy } from '../../src/core/told.ts';
import { decodeTold, encodeTold } from '../../src/core/told-text.ts';
import { histories } from '../rig/random-events.ts';

const throughText = ({ times, spans, known }: Told): Told => ({
  times: decodeTold.times(encodeTold.times(times)),
  spans: decodeTold.spans(encodeTold.spans(spans)),
  known: decodeTold.known(encodeTold.known(known)),
});

describe('what a run tells later ones', () => {
  it('is the same after it was kept as text', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const told = toldBy(events);
        expect(throughText(told)).toEqual(told);
        expect([...throughText(told).known.keys()]).toEqual([...told.known.keys()]);
      }),
    );
  });
});
