// Waiting until facts are true: polls each question on its own schedule and says at every look what is seen.
import type { Observation } from '../core/observation.ts';
import type { Look, Question } from './look.ts';
import { Pace } from './pace.ts';
import type { Clock } from './ports.ts';

export interface Waiting {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Monotonic milliseconds: an answer must have been asked for after this. */
  readonly since: number;
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
  const { pace = new Pace() } = waiting;
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
      const holds = await waitForOne(each, { ...waiting, pace, signal: giveUp.signal }, onSeen).finally(leave);
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

const tellAgainMs = 1000;

type Paced = Waiting & { readonly pace: Pace };

const waitForOne = async (question: Question, waiting: Paced, onSeen: (look: Look) => void): Promise<boolean> => {
  const { clock, signal, pace } = waiting;
  const start = clock.monotonic();
  let heldSince: number | undefined;
  while (!signal.aborted) {
    const asked = clock.monotonic();
    const look = await question.ask(freshFor(waiting));
    const { holds } = look.observation;
    if (signal.aborted && !holds) return false;
    heldSince = holds ? (heldSince ?? asked) : undefined;
    const now = clock.monotonic();
    const times = {
      waitedMs: now - start,
      lookMs: now - asked,
      heldMs: heldSince === undefined ? -1 : now - heldSince,
    };
    const state = stateOf(question, times);
    onSeen(state === 'too-short' ? tooShort(look, times.heldMs, question.forMs) : look);
    if (state === 'enough') return stays(question, waiting, onSeen);
    if (state !== 'open') return false;
    await clock.sleep(untilNext(question, { ...times, pace }), signal);
  }
  return false;
};

interface Times {
  readonly waitedMs: number;
  /** What the last look took. */
  readonly lookMs: number;
  /** Below zero when it does not hold. */
  readonly heldMs: number;
}

const stateOf = (
  { forMs, withinMs }: Question,
  { heldMs, waitedMs }: Times,
): 'enough' | 'open' | 'broken' | 'too-short' => {
  if (heldMs >= forMs) return 'enough';
  if (waitedMs < withinMs) return 'open';
  return heldMs < 0 ? 'broken' : 'too-short';
};

/** Milliseconds to sleep before the next look: not past the moment at which it has held long enough, nor past the deadline. */
const untilNext = ({ forMs, withinMs, everyMs = 1000 }: Question, times: Times & { readonly pace: Pace }): number => {
  const { heldMs, waitedMs } = times;
  const next = Math.min(times.pace.pause({ ...times, everyMs }), withinMs - waitedMs);
  return heldMs < 0 ? next : Math.min(next, forMs - heldMs);
};

/** What is said of a fact that holds at last, but not for as long as it has to. */
const tooShort = ({ observation, outputs }: Look, heldMs: number, forMs: number): Look => ({
  observation: {
    ...observation,
    holds: false,
    saw: `${observation.saw}, but for ${Math.round(heldMs)} ms only, not ${forMs}`,
  },
  ...(outputs && { outputs }),
});

/** How old an answer to another waiting step may be to count for this one as well. */
const sharedForMs = 20;

const freshFor = ({ clock, since }: Waiting): number => Math.max(since, clock.monotonic() - sharedForMs);

/** From the moment it holds: whether it goes on holding. The first break is the end. */
const stays = async (question: Question, waiting: Waiting, onSeen: (look: Look) => void): Promise<boolean> => {
  const { clock, signal } = waiting;
  const until = clock.monotonic() + question.staysMs;
  while (clock.monotonic() < until) {
    await clock.sleep(Math.min(question.everyMs ?? 500, Math.max(0, until - clock.monotonic())), signal);
    if (signal.aborted) return false;
    const look = await question.ask(freshFor(waiting));
    onSeen(look);
    if (!look.observation.holds) return false;
  }
  return true;
};
