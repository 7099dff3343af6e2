// What a run tells those that come after it, as a fold over its events, and the same as text: a journal is long, and most of it
// matters only to the run itself.
import type { Address, RunEvent } from './event.ts';
import { type Span, Spans } from './held-since.ts';
import { foldRun, type RunState, type StepState } from './run-state.ts';

export interface Told {
  readonly times: Times;
  readonly spans: SpansTold;
  readonly known: RunState['known'];
}

export interface Times {
  /** How long each step took that did something. */
  readonly acted: ReadonlyMap<Address, number>;
  /** How long each took that had nothing to do, or nothing but to wait. */
  readonly waited: ReadonlyMap<Address, number>;
  /** Addresses whose things were taken away. */
  readonly undone: readonly Address[];
}

export interface SpansTold {
  readonly own: ReadonlyMap<Address, Span>;
  /** What is left of them for another workflow: the run ended something, or tried to. */
  readonly ended: readonly Address[];
}

export const toldBy = (events: readonly RunEvent[]): Told => tellOf(foldRun(events), Spans.of(events));

export const tellOf = ({ steps, undone, known }: RunState, spans: Spans): Told => ({
  times: { ...timesOf(steps.values()), undone: [...undone] },
  spans: { own: spans.all, ended: spans.ended },
  known,
});

const timesOf = (steps: Iterable<StepState>): Pick<Times, 'acted' | 'waited'> => {
  const acted = new Map<Address, number>();
  const waited = new Map<Address, number>();
  for (const { address, outcome, durationMs = 0, command } of steps) {
    if (outcome === 'changed') acted.set(address, durationMs);
    if (outcome === 'satisfied' && command === undefined) waited.set(address, durationMs);
  }
  return { acted, waited };
};
