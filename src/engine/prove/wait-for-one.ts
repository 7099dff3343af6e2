// Waiting for one fact: looks until it holds long enough, or can no longer do so in time or at all, and then whether it stays.

import type { Pace } from '../pace.ts';
import type { Clock } from '../ports.ts';
import type { Look, Question } from './look.ts';

export interface WaitingForOne {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly since: number;
  readonly pace: Pace;
  readonly usualMs?: number | undefined;
  readonly onSeen: (look: Look) => void;
}

/** Whether it came true in time, for as long as it has to. */
export const waitForOne = async (question: Question, waiting: WaitingForOne): Promise<boolean> => {
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
