import { expect, it } from 'vitest';
import { UsualTimes } from '../../src/core/usual-times.ts';

const none = { addresses: [], ms: [] };
const steps = ['a', 'b'];

it('is the newest time of a step that acted, else the longest of those that did not', () => {
  const usual = new UsualTimes();
  usual.add({ acted: none, waited: { addresses: steps, ms: [0, 3] } });
  usual.add({ acted: { addresses: ['a'], ms: [40] }, waited: { addresses: ['b', 'c'], ms: [2, 0] } });
  usual.add({ acted: { addresses: ['a'], ms: [900] }, waited: { addresses: steps, ms: [0, 5] } });
  expect([...steps, 'c', 'd'].map((address) => usual.of(address))).toEqual([40, 5, 0, undefined]);
});

it('counts runs that are added after somebody has asked', () => {
  const usual = new UsualTimes();
  usual.add({ acted: none, waited: { addresses: steps, ms: [1, 1] } });
  expect(usual.of('a')).toBe(1);
  usual.add({ acted: none, waited: { addresses: steps, ms: [2, 0] } });
  expect(usual.of('a')).toBe(2);
});
