import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Told, toldBy } from '../../src/core/told.ts';
import { decodeTold, encodeTold, toldFormat } from '../../src/core/told-text.ts';
import { begun, ended, histories, number, start, undone } from '../rig/random-events.ts';

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

  // Files of before are still there: whatever changes here needs another number, lest they be read for what they are not.
  it('reads as it always has under this number', () => {
    const done = ended('a', 'changed', { fingerprint: 'f' });
    const { times, spans, known } = toldBy(
      number([start, begun('a'), done, undone('b', 'removed'), ended('c', 'satisfied')]),
    );
    expect(toldFormat).toBe(1);
    expect(encodeTold.times(times)).toMatchInlineSnapshot(
      `"{"acted":{"addresses":["a"],"ms":[5]},"waited":{"addresses":["c"],"ms":[5]},"undone":["b"]}"`,
    );
    expect(encodeTold.spans(spans)).toMatchInlineSnapshot(
      `"[[["a","b","c"],[{"at":1002,"begun":true},{"begun":true},{"at":1004,"begun":false}]],["b"]]"`,
    );
    expect(JSON.parse(encodeTold.known(known))).toMatchInlineSnapshot(`
      [
        {
          "address": "a",
          "applied": "same",
          "at": 1002,
          "attempt": 1,
          "bootId": "boot",
          "command": "do a",
          "definition": {
            "is": "f",
          },
          "durationMs": 5,
          "evidence": [],
          "fingerprint": "f",
          "outcome": "changed",
          "outputs": {},
          "status": "finished",
        },
        {
          "address": "c",
          "at": 1004,
          "attempt": 1,
          "bootId": "boot",
          "durationMs": 5,
          "evidence": [],
          "outcome": "satisfied",
          "outputs": {},
          "status": "finished",
        },
      ]
    `);
  });
});
