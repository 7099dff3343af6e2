// Events for tests, and any events at all for properties.
import fc from 'fast-check';
import type { EventBody, RunEvent } from '../../../src/core/event.ts';

export const notice = (message: string): EventBody => ({ type: 'notice', level: 'info', code: 'test', message });

/** One that is answered only when it is on the disk. */
export const started = (address: string): EventBody => ({
  type: 'step.started',
  address,
  attempt: 1,
  fingerprint: 'f',
  definition: { run: ['true'] },
  command: 'true',
  creates: [],
});

export const finished = (address: string, outputs: Record<string, unknown> = {}): EventBody => ({
  type: 'step.finished',
  address,
  outcome: 'changed',
  outputs,
  evidence: [],
  attempts: 1,
  durationMs: 12,
  creates: [],
});

export const runStarted = (run: string, workflow = 'deploy'): EventBody => ({
  type: 'run.started',
  run,
  workflow,
  variant: 'test',
  inputs: {},
  scope: {},
  process: { pid: 1, startTime: 1, bootId: 'b' },
  version: '0',
  deploys: true,
});

export const runFinished = (outcome: 'succeeded' | 'failed' = 'succeeded'): EventBody => ({
  type: 'run.finished',
  outcome,
  counts: { changed: 1 },
  durationMs: 5,
  facts: {},
});

const text = fc.string({ unit: 'binary', maxLength: 40 });
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

/** Bodies that are kept, with any text and any JSON in them. */
export const anyBody: fc.Arbitrary<EventBody> = fc.oneof(
  text.map(notice),
  text.map(started),
  fc.tuple(text, fc.dictionary(text, json)).map(([address, outputs]) => {
    return finished(address, JSON.parse(JSON.stringify(outputs)) as Record<string, unknown>);
  }),
);

/** What a journal makes of bodies. */
export const numbered = (bodies: readonly EventBody[]): RunEvent[] =>
  bodies.map((body, index) => ({ seq: index + 1, at: index, ...body }));
