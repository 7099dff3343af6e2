// What a run tells those that come after it, as a fold over its events: a journal is long, and most of it matters only to the run
// itself.
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
  readonly acted: Durations;
  /** How long each took that had nothing to do, or nothing but to wait. */
  readonly waited: Durations;
  /** Addresses whose things were taken away. */
  readonly undone: readonly Address[];
}

/** Two lists side by side: ten runs of ten thousand steps are read before another begins. */
export interface Durations {
  readonly addresses: readonly Address[];
  /** To a tenth: what took nothing took 0, which is the least to read. */
  readonly ms: readonly number[];
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
  const acted = { addresses: [] as Address[], ms: [] as number[] };
  const waited = { addresses: [] as Address[], ms: [] as number[] };
  for (const { address, outcome, durationMs = 0, command } of steps) {
    const durations = outcome === 'changed' ? acted : outcome === 'satisfied' && command === undefined && waited;
    if (!durations) continue;
    durations.addresses.push(address);
    durations.ms.push(Math.round(durationMs * 10) / 10);
  }
  return { acted, waited };
};
