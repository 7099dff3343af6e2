// How long something took, as it is recorded.
import type { Clock } from './ports.ts';

/** Milliseconds since a monotonic moment, to the microsecond: further digits are noise, and most of what a record would consist of. */
export const elapsed = (clock: Clock, since: number): number => Math.round((clock.monotonic() - since) * 1000) / 1000;
