// Lists of events as a journal could hold them, in any order.
import fc from 'fast-check';
import type { EventBody, Outcome, RunEvent } from '../../src/core/event.ts';

export const number = (bodies: readonly EventBody[]): readonly RunEvent[] =>
  bodies.map((body, index) => ({ ...body, seq: index + 1, at: 1000 + index }));

export const driver = { pid: 1, startTime: 1, bootId: 'boot' };
export const created = (name: string) => [{ kind: 'thing', name }];

export const start: EventBody = {
  ...{ type: 'run.started', run: 'r', workflow: 'deploy', variant: 'v', inputs: {}, scope: {}, process: driver },
  ...{ version: '1', deploys: true },
};
export const begun = (address: string, attempt = 1, fingerprint = 'f'): EventBody => ({
  ...{ type: 'step.started', address, attempt, fingerprint, definition: { is: fingerprint }, command: `do ${address}` },
  creates: created(address),
});
export const ended = (address: string, outcome: Outcome, more: object = {}): EventBody => ({
  ...{ type: 'step.finished', address, outcome, outputs: {}, evidence: [], attempts: 1, durationMs: 5, creates: [] },
  ...more,
});
export const undone = (address: string, outcome: 'removed' | 'failed' | 'absent' | 'contained'): EventBody => ({
  ...{ type: 'step.undone', address, created: created(address), outcome, evidence: [], durationMs: 1 },
});

const addresses = fc.constantFrom('a', 'b', 'c[x]', 'c[y]');
const outcomes = fc.constantFrom<Outcome>('changed', 'satisfied', 'skipped', 'failed', 'blocked', 'interrupted');
const bodies: fc.Arbitrary<EventBody> = fc.oneof(
  fc.constant<EventBody>({ type: 'run.resumed', process: driver, version: '1', scope: {} }),
  fc.tuple(addresses, fc.integer({ min: 1, max: 3 }), fc.constantFrom('f', 'g')).map((args) => begun(...args)),
  fc.tuple(addresses, outcomes).map(([address, outcome]) => ended(address, outcome, { outputs: { of: outcome } })),
  fc
    .tuple(addresses, fc.constantFrom('removed', 'failed', 'absent', 'contained'))
    .map((args) => undone(...(args as ['a', 'removed']))),
  fc.constant<EventBody>({ type: 'run.finished', outcome: 'failed', counts: {}, durationMs: 1, facts: {} }),
);
export const histories = fc.array(bodies, { maxLength: 20 }).map((all) => number([start, ...all]));
