// Waiting until facts are true: polls each question on its own schedule and says at every look what is seen.
import type { Observation } from '../core/observation.ts';
import type { Question } from './look.ts';
import type { Clock } from './ports.ts';

export interface Waiting {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Monotonic milliseconds: an answer must have been asked for after this. */
  readonly since: number;
  readonly onLooked: (observations: readonly Observation[]) => void;
}

export interface WaitResult {
  readonly holds: boolean;
  readonly observations: readonly Observation[];
  readonly waitedMs: number;
}

/** Resolves once all hold, or as soon as one can no longer hold in time, or the signal aborts. */
export const waitUntil = async (questions: readonly Question[], waiting: Waiting): Promise<WaitResult> => {
  const { clock } = waiting;
  const start = clock.monotonic();
  const latest: Observation[] = [];
  const giveUp = new AbortController();
  const signal = AbortSignal.any([waiting.signal, giveUp.signal]);
  const results = await Promise.all(
    questions.map(async (each, index) => {
      const onSeen = (observation: Observation): void => {
        latest[index] = observation;
        waiting.onLooked(latest.filter(Boolean));
      };
      const holds = await waitForOne(each, { ...waiting, signal }, onSeen);
      if (!holds) giveUp.abort();
      return holds;
    }),
  );
  return { holds: results.every(Boolean), observations: latest.filter(Boolean), waitedMs: clock.monotonic() - start };
};

const waitForOne = async (
  question: Question,
  { clock, signal, since }: Waiting,
  onSeen: (seen: Observation) => void,
): Promise<boolean> => {
  const start = clock.monotonic();
  const deadline = start + question.withinMs;
  let heldSince: number | undefined;
  while (!signal.aborted) {
    const asked = clock.monotonic();
    const seen = await question.ask(Math.max(since, asked - sharedForMs));
    if (signal.aborted && !seen.holds) return false;
    onSeen(seen);
    heldSince = seen.holds ? (heldSince ?? asked) : undefined;
    const now = clock.monotonic();
    if (heldSince !== undefined && now - heldSince >= question.forMs)
      return stays(question, { clock, signal, since, onLooked: () => {} }, onSeen);
    if (now >= deadline) return false;
    const pause = pauseAfter({ lookMs: now - asked, waitedMs: now - start, everyMs: question.everyMs ?? 1000 });
    await clock.sleep(Math.min(pause, Math.max(0, deadline - now)), signal);
  }
  return false;
};

/** How old an answer to another waiting step may be to count for this one as well. */
const sharedForMs = 20;

/** Milliseconds to the next look: quick at first, then a tenth of the wait, and never so often that looking costs more than a small share of the time. */
export const pauseAfter = ({
  lookMs,
  waitedMs,
  everyMs,
}: {
  lookMs: number;
  waitedMs: number;
  everyMs: number;
}): number => Math.min(everyMs, Math.max(15, waitedMs / 10, lookMs));

const stays = async (
  question: Question,
  { clock, signal, since }: Waiting,
  onSeen: (seen: Observation) => void,
): Promise<boolean> => {
  const until = clock.monotonic() + question.staysMs;
  while (clock.monotonic() < until) {
    await clock.sleep(Math.min(question.everyMs ?? 500, Math.max(0, until - clock.monotonic())), signal);
    if (signal.aborted) return false;
    const seen = await question.ask(Math.max(since, clock.monotonic() - sharedForMs));
    onSeen(seen);
    if (!seen.holds) return false;
  }
  return true;
};
