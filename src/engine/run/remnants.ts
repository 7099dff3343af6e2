// What killed runs left at work that is none of this run's own steps: undos, and actions of the steps whose things are taken away.
// Before anything is judged, made or taken away beside them they have ended.
import type { Holding } from '../../core/holdings.ts';
import type { Engine } from '../engine.ts';
import type { Known } from '../plan/judge.ts';
import {
  awaitSurvivor,
  leftMs,
  mayHaveSurvived,
  type StillAlive,
  settleUndos,
  survivorFailure,
  suspectOf,
} from '../plan/survivor.ts';
import { namesOf } from '../undo/undo-one.ts';

export interface Remnants {
  /** What is known of the steps whose things are taken away. */
  readonly steps: readonly Known[];
  /** Whether the undo of an address is known to have ended well in a run; absent when no undo can have been cut off. */
  readonly undoEnded?: (run: string, address: string) => boolean;
}

interface Request {
  readonly remnants?: Remnants;
  readonly holdings: readonly Holding[];
}

/** True when nothing is at work any more; else it is told of what is. */
export const settleRemnants = async (engine: Engine, { remnants, holdings }: Request): Promise<boolean> => {
  const alive = await stillAlive(engine, remnants);
  if (engine.stop.signal.aborted) return alive.length === 0;
  for (const each of alive) await tellAlive(engine, each, holdings);
  return alive.length === 0;
};

const stillAlive = async (engine: Engine, remnants: Remnants | undefined): Promise<readonly StillAlive[]> => {
  if (!remnants) return [];
  const alive = remnants.undoEnded ? [...(await settleUndos(engine, remnants.undoEnded))] : [];
  for (const known of remnants.steps) {
    if (engine.stop.signal.aborted) break;
    if (!mayHaveSurvived(known)) continue;
    // What it makes is to go: it is not given all the time it would have for making it.
    const survivor = await awaitSurvivor(engine, { ...suspectOf(engine, known), timeoutMs: leftMs });
    if (typeof survivor !== 'string') alive.push(survivor);
  }
  return alive;
};

const tellAlive = async (engine: Engine, alive: StillAlive, holdings: readonly Holding[]): Promise<void> => {
  const { address } = alive;
  const held = holdings.filter((each) => each.address === address);
  const names = held.length > 0 ? held.map(namesOf) : [{ address, created: [] }];
  const failure = survivorFailure(alive);
  for (const each of names)
    await engine.emit({ type: 'step.undone', ...each, outcome: 'failed', evidence: [], failure, durationMs: 0 });
};
