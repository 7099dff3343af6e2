// Waiting until facts are true, and whether they stay so.
import type { Observation } from '../../core/failure.ts';
import { Pace } from '../pace.ts';
import type { Clock } from '../ports.ts';
import type { Look, Question } from './look.ts';

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

interface WaitingForOne {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly since: number;
  readonly pace: Pace;
  readonly usualMs?: number | undefined;
  readonly onSeen: (look: Look) => void;
}

/** Whether it came true in time, for as long as it has to. */
const waitForOne = async (question: Question, waiting: WaitingForOne): Promise<boolean> => {
  const { signal, onSeen } = waiting;
  const looking = new Looking(question, waiting);
  while (!signal.aborted) {
    const { look, times } = await looking.look();
    if (signal.aborted && !look.observation.holds) return false;
    const state = stateOf(question, times);
    onSeen(state === 'too-short' ? tooShort(look, times.heldMs, question.forMs) : look);
    if (state === 'enough') return stays(question, waiting);
    if (state !== 'open' || look.final) return false;
    await looking.rest(times);
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

/** One look may meet a collection of garbage, or the loading of what it needs. */
const smoothing = 4;

/** The pause of what nobody gave one, where ten glances a second say that nothing is new. */
const glancedMs = 5000;

/** Looks, and when to look again. */
class Looking {
  private readonly question: Question;
  private readonly waiting: WaitingForOne;
  private readonly start: number;
  private heldSince: number | undefined;
  private costMs: number | undefined;
  /** Taken before the last look. */
  private glance: string | undefined;
  private wokenByNews = false;

  constructor(question: Question, waiting: WaitingForOne) {
    this.question = question;
    this.waiting = waiting;
    this.start = waiting.clock.monotonic();
  }

  async look(): Promise<{ readonly look: Look; readonly times: Times }> {
    const { question, waiting } = this;
    const { clock, pace } = waiting;
    const asked = clock.monotonic();
    this.glance = question.glance?.();
    const { seen: look, costMs } = await pace.costs.of(() => question.ask(freshFor(waiting)));
    this.costMs = this.costMs === undefined ? costMs : this.costMs + (costMs - this.costMs) / smoothing;
    this.heldSince = look.observation.holds ? (this.heldSince ?? asked) : undefined;
    const now = clock.monotonic();
    const heldMs = this.heldSince === undefined ? -1 : now - this.heldSince;
    return { look, times: { waitedMs: now - this.start, lookMs: now - asked, heldMs } };
  }

  /** Not past the moment at which it has held long enough, nor past the deadline. */
  async rest(times: Times): Promise<void> {
    const { question, waiting, glance, costMs = 0 } = this;
    const { pace, signal, usualMs } = waiting;
    // What changes all the time, and yet does not come true, is no news.
    const glances = glance !== undefined && !this.wokenByNews;
    const { everyMs = glances ? glancedMs : 1000 } = question;
    const pause = pace.pause({ ...times, usualMs, costMs, everyMs, glances });
    const hasNews = glances ? () => question.glance?.() !== glance : undefined;
    this.wokenByNews = await pace.rest({ ms: Math.min(pause, leftFor(question, times)), hasNews }, costMs, signal);
  }
}

const stateOf = (
  { forMs, withinMs }: Question,
  { heldMs, waitedMs }: Times,
): 'enough' | 'open' | 'broken' | 'too-short' => {
  if (heldMs >= forMs) return 'enough';
  if (waitedMs < withinMs) return 'open';
  return heldMs < 0 ? 'broken' : 'too-short';
};

/** Milliseconds until it has held long enough or its time is over. */
const leftFor = ({ forMs, withinMs }: Question, { heldMs, waitedMs }: Times): number =>
  heldMs < 0 ? withinMs - waitedMs : Math.min(withinMs - waitedMs, forMs - heldMs);

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

const freshFor = ({ clock, since }: WaitingForOne): number => Math.max(since, clock.monotonic() - sharedForMs);

/** From the moment it holds: whether it goes on holding. The first break is the end. */
const stays = async (question: Question, waiting: WaitingForOne): Promise<boolean> => {
  const { clock, signal, onSeen } = waiting;
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
