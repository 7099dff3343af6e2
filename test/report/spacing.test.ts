import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeApart } from '../../src/report/spacing.ts';

describe('things side by side', () => {
  it('stay where they want to be when there is room', () => {
    expect(
      placeApart([
        { at: 0, room: 10 },
        { at: 10, room: 10 },
        { at: 50, room: 20 },
      ]),
    ).toEqual([0, 10, 50]);
  });

  it('part evenly around what both want, the lighter one further', () => {
    expect(
      placeApart([
        { at: 5, room: 10 },
        { at: 5, room: 10 },
      ]),
    ).toEqual([0, 10]);
    expect(
      placeApart([
        { at: 5, room: 10, weight: 3 },
        { at: 5, room: 10 },
      ]),
    ).toEqual([2.5, 12.5]);
  });

  it('never overlap and never change places, whatever they want', async () => {
    const wish = fc.record({
      at: fc.integer({ min: -500, max: 500 }),
      room: fc.integer({ min: 1, max: 60 }),
      weight: fc.integer({ min: 1, max: 9 }),
    });
    const apartInOrder = fc.property(fc.array(wish, { maxLength: 30 }), (wishes) => {
      const places = placeApart(wishes);
      expect(places).toHaveLength(wishes.length);
      for (const [at, place] of places.entries()) {
        if (at === 0) continue;
        const apart = ((wishes[at - 1]?.room ?? 0) + (wishes[at]?.room ?? 0)) / 2;
        expect(place - (places[at - 1] ?? 0)).toBeGreaterThanOrEqual(apart - 1e-6);
      }
    });
    await fc.assert(apartInOrder);
  });
});
