// Waiting until facts are true: polls each question on its own schedule and says at every look what is seen.
import type { Observation } from '../../core/observation.ts';
import { Pace } from '../pace.ts';
import type { Clock } from '../ports.ts';
import type { Look, Question } from './look.ts';
import { waitForOne } from './wait-for-one.ts';

export interface Waiting {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Monotonic milliseconds: an answer must have been asked for after this. */
  readonly since: number;
  /** How long it took in earlier runs. */
  readonly usualMs?: number | undefined;
  /** Told of what is seen: when it changed, and now and then when it did not. */
  readonly onLooked: (observations: readonly Observation[]) => void;
  /** Shared by all that wait in this run. */
  readonly pace?: Pace | undefined;
}

export interface WaitResult {
  readonly holds: boolean;
  /** The last of each question that was asked. */
  readonly observations: readonly Observation[];
  readonly looks: readonly Look[];
  readonly waitedMs: number;
}

/** Resolves once all hold, or as soon as one can no longer hold in time, or the signal aborts. */
export const waitUntil = async (questions: readonly Question[], waiting: Waiting): Promise<WaitResult> => {
  const { clock } = waiting;
  const start = clock.monotonic();
  const latest: Look[] = [];
  const tell = onNews(waiting);
  const { pace = new Pace(clock) } = waiting;
  const giveUp = new AbortController();
  const stop = (): void => giveUp.abort();
  if (waiting.signal.aborted) stop();
  waiting.signal.addEventListener('abort', stop, { once: true });
  const results = await Promise.all(
    questions.map(async (each, index) => {
      const onSeen = (look: Look): void => {
        latest[index] = look;
        tell(latest.filter(Boolean).map(({ observation }) => observation));
      };
      const leave = pace.enter();
      const holds = await waitForOne(each, { ...waiting, pace, onSeen, signal: giveUp.signal }).finally(leave);
      if (!holds) giveUp.abort();
      return holds;
    }),
  ).finally(() => waiting.signal.removeEventListener('abort', stop));
  const looks = latest.filter(Boolean);
  const observations = looks.map(({ observation }) => observation);
  return { holds: results.every(Boolean), observations, looks, waitedMs: clock.monotonic() - start };
};

/** A look that saw what the last one saw is no news; that something is still waited for is, once in a while. */
const onNews = ({ clock, onLooked }: Waiting): Waiting['onLooked'] => {
  let told = { at: Number.NEGATIVE_INFINITY, text: '' };
  return (observations) => {
    const text = observations.map(({ holds, saw }) => `${holds} ${saw}`).join('\n');
    const at = clock.monotonic();
    if (text === told.text && at - told.at < tellAgainMs) return;
    told = { at, text };
    onLooked(observations);
  };
};

const tellAgainMs = 5000;
