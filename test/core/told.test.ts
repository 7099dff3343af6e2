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
    expect(toldFormat).toBe(2);
    expect(encodeTold.times(times)).toMatchInlineSnapshot(`
      "["a"]
      [5]
      ["c"]
      [5]
      ["b"]"
    `);
    expect(encodeTold.spans(spans)).toMatchInlineSnapshot(`"[["a","b","c"],[1002,null,1004],[1,1,0],["b"]]"`);
    expect(JSON.parse(encodeTold.known(known))).toMatchInlineSnapshot(`
      {
        "columns": {
          "address": [
            "a",
            "c",
          ],
          "applied": [
            "same",
            null,
          ],
          "at": [
            1002,
            1004,
          ],
          "attempt": {
            "of": [
              1,
            ],
          },
          "bootId": {
            "of": [
              "boot",
            ],
          },
          "command": [
            "do a",
            null,
          ],
          "definition": [
            {
              "is": "f",
            },
            null,
          ],
          "durationMs": {
            "of": [
              5,
            ],
          },
          "evidence": {
            "of": [
              [],
            ],
          },
          "fingerprint": [
            "f",
            null,
          ],
          "outcome": [
            "changed",
            "satisfied",
          ],
          "outputs": {
            "of": [
              {},
            ],
          },
          "status": {
            "of": [
              "finished",
            ],
          },
        },
        "rows": 2,
      }
    `);
  });
});
