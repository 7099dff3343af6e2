// Which way a fact that is waited for is going, from the looks at it so far.
import type { Observation } from '../core/failure.ts';

export interface Trend {
  readonly direction: 'first' | 'rising' | 'falling' | 'moving';
  /** When what is seen last became something else. */
  readonly changedAt: number;
}

export interface SeenFact {
  readonly observation: Observation;
  readonly trend: Trend;
}

/** The fact after one more look. Numbers rise and fall; other texts only move. */
export const withLook = (before: SeenFact | undefined, observation: Observation, at: number): SeenFact => {
  if (!before) return { observation, trend: { direction: 'first', changedAt: at } };
  const { saw } = before.observation;
  if (saw === observation.saw) return { observation, trend: before.trend };
  const from = leadingNumber(saw);
  const to = leadingNumber(observation.saw);
  const direction = from === undefined || to === undefined || from === to ? 'moving' : to > from ? 'rising' : 'falling';
  return { observation, trend: { direction, changedAt: at } };
};

/** Of `exit 1: 2 of 4 Established` the 2; without such a count the first number there is. */
const leadingNumber = (text: string): number | undefined => {
  const found = /(\d+)(?= of \d| ?\/ ?\d)/.exec(text)?.[0] ?? /-?\d+(?:\.\d+)?/.exec(text)?.[0];
  return found === undefined ? undefined : Number(found);
};
