// The shape of every event, for events that come from a file: a journal, or a bundle of somebody else's. The types are core's own;
// the compiler holds this to them. Keys that are not known are let through, as a newer program may tell more.
import { z } from 'zod';
import type { RunEvent } from './event.ts';
import { schemaMistake } from './schema-mistake.ts';

const text = z.string();
const texts = z.array(text).readonly();
const values = z.record(text, z.unknown()).readonly();
const count = z.int().min(0);
const ms = z.number();
/** What a date can hold. */
const moment = z.number().min(0).max(8.64e15);
const outcome = z.enum(['changed', 'satisfied', 'skipped', 'failed', 'blocked', 'interrupted']);

const observation = z.looseObject({
  probe: text,
  holds: z.boolean(),
  saw: text,
  error: text.exactOptional(),
  message: text.exactOptional(),
  data: z.unknown().exactOptional(),
});
const observations = z.array(observation).readonly();
const process = z.looseObject({ pid: z.int(), startTime: z.number(), bootId: text });
const created = z.array(z.looseObject({ kind: text, name: text, within: text.exactOptional() })).readonly();
const undo = z.looseObject({ action: values, absent: z.array(z.unknown()).readonly(), timeoutMs: ms.exactOptional() });
const applied = z.looseObject({ fingerprint: text, definition: z.unknown().exactOptional() });

const ran = { command: text, tail: texts };
const failure = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('exit'), exitCode: z.int(), ...ran }),
  z.looseObject({ kind: z.literal('signal'), signal: text, ...ran }),
  z.looseObject({ kind: z.literal('timeout'), afterMs: ms, ...ran }),
  z.looseObject({ kind: z.literal('spawn'), command: text, code: text, message: text }),
  z.looseObject({
    kind: z.literal('step-type'),
    uses: text,
    message: text,
    tail: texts,
    command: text.exactOptional(),
  }),
  z.looseObject({ kind: z.literal('precondition'), observation, waitedMs: ms }),
  z.looseObject({ kind: z.literal('health'), observations, waitedMs: ms }),
  z.looseObject({ kind: z.literal('expression'), where: text, source: text, message: text }),
  z.looseObject({ kind: z.literal('output'), name: text, message: text }),
  z.looseObject({ kind: z.literal('survivor'), pid: z.int(), command: text }),
  z.looseObject({ kind: z.literal('blocked'), by: z.array(text) }),
  z.looseObject({ kind: z.literal('cancelled'), signal: text }),
  z.looseObject({ kind: z.literal('internal'), message: text, stack: text.exactOptional() }),
]);

const plannedStep = z.looseObject({
  address: text,
  step: text,
  name: text,
  needs: texts,
  group: text.exactOptional(),
  parent: z.boolean().exactOptional(),
  was: texts.exactOptional(),
  proves: z.boolean().exactOptional(),
  usualMs: ms.exactOptional(),
});
const plannedSteps = z.array(plannedStep).readonly();
const scope = z.looseObject({
  only: texts.exactOptional(),
  from: text.exactOptional(),
  until: text.exactOptional(),
  redo: texts.exactOptional(),
  assume: z
    .array(z.looseObject({ step: text, reason: text }))
    .readonly()
    .exactOptional(),
  undo: texts.exactOptional(),
  prune: z.boolean().exactOptional(),
  adopt: z.boolean().exactOptional(),
});

const common = { seq: z.int(), at: moment };
const event = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.looseObject({ ...common, type: z.literal(type), ...shape });
const address = { address: text };

/** Any event of this version. */
const eventSchema = z.discriminatedUnion('type', [
  event('run.started', {
    ...{ run: text, workflow: text, variant: text, inputs: values, scope, process, version: text },
    ...{ deploys: z.boolean(), undoes: text.exactOptional() },
  }),
  event('run.resumed', { process, version: text, scope }),
  event('run.planned', { steps: plannedSteps }),
  event('run.stopping', { signal: text, stage: z.enum(['finish', 'stop', 'leave']) }),
  event('run.finished', {
    outcome: z.enum(['succeeded', 'failed', 'interrupted']),
    counts: z.partialRecord(outcome, z.number()).readonly(),
    ...{ durationMs: ms, facts: values },
  }),
  event('step.expanded', { ...address, children: plannedSteps }),
  event('step.judged', {
    ...{ ...address, verdict: z.enum(['keep', 'run', 'unknown', 'skip']), reason: text, evidence: observations },
  }),
  event('step.looked', {
    ...{ ...address, phase: z.enum(['satisfied', 'precondition', 'health', 'proof']), since: ms },
    ...{ untilMs: ms.exactOptional(), observations },
  }),
  event('step.started', {
    ...{ ...address, attempt: count, fingerprint: text, definition: z.unknown(), command: text, creates: created },
    ...{ undo: undo.exactOptional(), applied: applied.exactOptional(), heals: z.boolean().exactOptional() },
  }),
  event('step.spawned', { ...address, attempt: count, process, command: text }),
  event('step.output', { ...address, stream: z.enum(['stdout', 'stderr']), text }),
  event('step.acted', { ...address, attempt: count, durationMs: ms, failure: failure.exactOptional() }),
  event('step.retrying', { ...address, attempt: count, delayMs: ms, failure }),
  event('step.survived', {
    ...{ ...address, undo: z.literal(true).exactOptional(), process, command: text },
    decision: z.enum(['wait', 'end', 'leave']),
  }),
  event('step.finished', {
    ...{ ...address, outcome, reason: text.exactOptional(), fingerprint: text.exactOptional() },
    ...{ definition: z.unknown().exactOptional(), outputs: values, withheld: texts.exactOptional() },
    ...{ applied: applied.exactOptional(), evidence: observations, failure: failure.exactOptional() },
    ...{ attempts: count, durationMs: ms, creates: created, undo: undo.exactOptional(), log: text.exactOptional() },
  }),
  event('step.undone', {
    ...{ ...address, created, made: z.looseObject({ run: text, seq: z.int() }).exactOptional() },
    ...{ earlier: z.literal(true).exactOptional(), outcome: z.enum(['removed', 'absent', 'contained', 'failed']) },
    ...{ evidence: observations, failure: failure.exactOptional(), durationMs: ms },
  }),
  event('notice', { level: z.enum(['info', 'warning']), code: text, message: text }),
]);

/** An event, or the place and the mistake in a few words. */
export const readEvent = (value: unknown): { readonly event: RunEvent } | { readonly mistake: string } => {
  const read = eventSchema.safeParse(value);
  // The value itself: what was checked is not copied.
  if (read.success) return { event: value as z.output<typeof eventSchema> & RunEvent };
  return { mistake: value === undefined ? 'it is no JSON' : schemaMistake(read.error) };
};
