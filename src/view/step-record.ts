// What a view knows of one step, and how single events change it.
import type { EventOf, Outcome, PlannedStep } from '../core/event.ts';
import type { Failure, Observation } from '../core/failure.ts';
import { cleanLine } from './text.ts';
import { type SeenFact, withLook } from './trend.ts';

/**
 * `needs`: waits for other steps. `ready`: its turn has come; it is looked at, or waits for a free place.
 * `left-out`: the scope of the run does not reach it.
 */
export type Phase = 'needs' | 'ready' | 'preconditions' | 'acting' | 'health' | 'retrying' | 'left-out' | 'done';

export interface Waiting {
  readonly since: number;
  /** Milliseconds it may take from `since`. */
  readonly untilMs?: number | undefined;
  readonly facts: readonly SeenFact[];
}

export interface StepRecord {
  readonly planned: PlannedStep;
  phase: Phase;
  attempt: number;
  /** When its turn began, as far as events tell. */
  startedAt?: number;
  finishedAt?: number;
  lastLine?: string;
  command?: string;
  waiting?: Waiting | undefined;
  retryAt?: number;
  verdict?: EventOf<'step.judged'>['verdict'];
  /** It had been done before, no longer held, and was done again. */
  healed: boolean;
  /** That is what its action is about. */
  heals?: boolean;
  outcome?: Outcome;
  reason?: string | undefined;
  failure?: Failure | undefined;
  evidence: readonly Observation[];
  durationMs?: number;
  attempts: number;
  log?: string | undefined;
  /** How it ended before the run was continued. */
  before?: Outcome;
}

/** A step nothing has happened to yet; `before` is how it ended in an earlier sitting. */
export const freshRecord = (planned: PlannedStep, before?: Outcome): StepRecord => ({
  planned,
  phase: 'needs',
  attempt: 0,
  attempts: 0,
  healed: false,
  evidence: [],
  ...(before !== undefined && { before }),
});

/** Takes in what a wait has seen. */
export const noteLook = (record: StepRecord, event: EventOf<'step.looked'>): void => {
  const { phase, since, untilMs, observations, at } = event;
  if (phase === 'precondition') record.phase = 'preconditions';
  else if (phase === 'health') record.phase = 'health';
  const known = record.waiting?.since === since ? record.waiting.facts : [];
  const facts = observations.map((seen) => {
    const before = known.find(({ observation }) => observation.probe === seen.probe);
    return withLook(before, seen, at);
  });
  record.waiting = { since, untilMs, facts };
};

/** The last line of a chunk that says anything. */
export const lastLineOf = (text: string): string => {
  const lines = text.split('\n');
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const line = cleanLine(lines[at] ?? '').trim();
    if (line !== '') return line;
  }
  return '';
};

/** How a foreach parent or a group ended, from how its members ended. */
export const worstOf = (outcomes: readonly (Outcome | undefined)[]): Outcome => {
  for (const worst of ['failed', 'interrupted', 'blocked', 'changed', 'satisfied'] as const)
    if (outcomes.includes(worst)) return worst;
  return 'skipped';
};
