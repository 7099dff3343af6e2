// Lays the sittings of a run on one line: time in which nobody drove the run is folded to a short gap, so that a night costs no width.
import type { Sitting } from './run-record.ts';

export interface Gap {
  /** Where it stands on the line. */
  readonly at: number;
  readonly width: number;
  readonly from: number;
  readonly to: number;
  readonly after: Sitting;
}

export interface TimeScale {
  /** Milliseconds on the line for a moment of the clock. */
  place(moment: number): number;
  readonly total: number;
  readonly gaps: readonly Gap[];
}

/** `until` is the moment the line ends, when it is later than the last event: a run that goes on. */
export const timeScale = (sittings: readonly Sitting[], until?: number): TimeScale => {
  const parts: { from: number; to: number; at: number }[] = [];
  const gaps: Gap[] = [];
  let at = 0;
  for (const [number, sitting] of sittings.entries()) {
    const isLast = number === sittings.length - 1;
    const to = isLast ? Math.max(sitting.to, until ?? 0) : sitting.to;
    const before = sittings[number - 1];
    if (before) {
      const away = Math.max(0, sitting.from - before.to);
      // Decided by what came before only, so that a line that grows does not shift what stands on it.
      const width = Math.min(away, 300 + at * 0.06);
      gaps.push({ at, width, from: before.to, to: sitting.from, after: before });
      at += width;
    }
    parts.push({ from: sitting.from, to, at });
    at += Math.max(0, to - sitting.from);
  }
  const place = (moment: number): number => {
    let found = 0;
    for (const part of parts) {
      if (moment < part.from) break;
      found = part.at + Math.min(moment, part.to) - part.from;
    }
    return Math.max(0, found);
  };
  return { place, gaps, total: Math.max(1, at) };
};
