import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stateSchema } from '../../src/store/state-schema.ts';
import { isStateData } from '../../src/store/state-shape.ts';

const run = { id: 'r', workflow: 'deploy', variant: 'v', startedAt: 1, endedAt: 2, outcome: 'failed', deploys: true };
const whole = {
  format: 1,
  deployed: { variant: 'v', workflow: 'deploy', run: 'r', since: 1, inputs: { nodes: 3 }, facts: {} },
  created: [
    {
      ...{ address: 'a', workflow: 'deploy', variant: 'v', run: 'r', at: 1, seq: 1 },
      created: [{ kind: 'netns', name: 'x', within: 'y' }],
      undo: { action: { run: ['true'] }, absent: [{ probe: 'command' }], timeoutMs: 5 },
      fingerprint: 'f',
    },
  ],
  runs: [run, { ...run, superseded: true, partial: false }],
};

type Place = { readonly owner: Record<string, unknown>; readonly key: string };

const placesIn = (value: unknown): readonly Place[] => {
  if (typeof value !== 'object' || value === null) return [];
  const owner = value as Record<string, unknown>;
  return Object.keys(owner).flatMap((key) => [{ owner, key }, ...placesIn(owner[key])]);
};

describe('the quick look at a state document', () => {
  it('takes a right one', () => {
    expect(isStateData(whole)).toBe(true);
    expect(isStateData({ format: 1, created: [], runs: [] })).toBe(true);
  });

  it('agrees with the schema about every document that differs in one place', () => {
    const change = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), value: fc.jsonValue() }),
      fc.record({ kind: fc.constant('delete' as const), value: fc.constant(null) }),
      fc.record({ kind: fc.constant('add' as const), value: fc.jsonValue() }),
    );
    fc.assert(
      fc.property(fc.nat(), change, (at, { kind, value }) => {
        const document = structuredClone(whole);
        const places = placesIn(document);
        const place = places[at % places.length];
        if (!place) return;
        const { owner, key } = place;
        if (kind === 'set') owner[key] = value;
        else if (kind === 'add') owner['another'] = value;
        else if (Array.isArray(owner)) owner.splice(Number(key), 1);
        else delete owner[key];
        const text = JSON.stringify(document);
        expect(isStateData(JSON.parse(text)), text).toBe(stateSchema.safeParse(JSON.parse(text)).success);
      }),
      { numRuns: 2000 },
    );
  });
});
