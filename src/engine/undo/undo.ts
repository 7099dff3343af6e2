// Takes away what was made, all but what is needed by something that stays; what ends with its container once that is gone.
import { messageOf, type Observation } from '../../core/failure.ts';
import type { Holding } from '../../core/holdings.ts';
import { Resting, undoOrder } from '../../core/resting.ts';
import type { Engine } from '../engine.ts';
import { absence } from '../prove/absence.ts';
import { revealSecrets } from '../step/secret-book.ts';
import { namesOf, undoOne } from './undo-one.ts';

/** Undoes all, but for what is needed by something that stays; returns what is left. */
export const undoAll = async (engine: Engine, holdings: readonly Holding[]): Promise<readonly Holding[]> => {
  const resting = new Resting(holdings);
  const order = undoOrder(holdings, resting);
  const gone = new Set<Holding>();
  /** With what keeps each from going. */
  const left = new Map<Holding, readonly Holding[]>();
  const seen = new Map<Holding, readonly Observation[]>();
  const went = (holding: Holding): boolean => {
    const around = [...resting.around(holding)];
    return around.length > 0 && around.every((outer) => gone.has(outer));
  };
  for (const holding of order) {
    if (engine.stop.stage !== undefined) break;
    const blockers = blockersOf(holding, { resting, left });
    if (blockers.length > 0) await tellBlocked(engine, holding, blockers);
    // One look serves all that went with what held them; only what is still there has to be taken away one by one.
    else if (went(holding) && !seen.has(holding))
      await lookAt(engine, { things: order.filter((each) => went(each) && !seen.has(each)), seen });
    if (blockers.length === 0 && (await takeAway(engine, holding, seen.get(holding)))) gone.add(holding);
    else left.set(holding, blockers);
  }
  return order.filter((each) => !gone.has(each));
};

interface Standing {
  readonly resting: Resting;
  readonly left: ReadonlyMap<Holding, readonly Holding[]>;
}

/** What is still there and rests on it. What nothing is known to take away would be in the way for ever. */
const blockersOf = (holding: Holding, { resting, left }: Standing): readonly Holding[] => [
  ...new Set(
    resting.on(holding).flatMap((each) => {
      const blockers = left.get(each);
      if (!blockers) return [];
      return each.undo ? [each] : blockers;
    }),
  ),
];

const tellBlocked = async (engine: Engine, holding: Holding, blockers: readonly Holding[]): Promise<void> => {
  const failure = { kind: 'blocked', by: [...new Set(blockers.map(({ address }) => address))] } as const;
  await engine.emit({
    ...{ type: 'step.undone', ...namesOf(holding), outcome: 'failed', evidence: [], failure, durationMs: 0 },
  });
};
const lookAt = async (
  engine: Engine,
  { things, seen }: { readonly things: readonly Holding[]; readonly seen: Map<Holding, readonly Observation[]> },
): Promise<void> => {
  const since = engine.host.clock.monotonic();
  await Promise.all(things.map(async (each) => seen.set(each, await evidenceOf(engine, each, since))));
};

const takeAway = (engine: Engine, holding: Holding, evidence?: readonly Observation[]): Promise<boolean> =>
  evidence?.every((each) => each.holds) === true ? noteContained(engine, holding, evidence) : undoOne(engine, holding);

const evidenceOf = async (engine: Engine, { undo }: Holding, since: number): Promise<readonly Observation[]> => {
  if (!undo) return [];
  try {
    const revealed = await revealSecrets(engine, undo);
    return await absence({ ...engine, masker: revealed.masker }, revealed.undo, since);
  } catch (error) {
    // Undoing it will meet the same, and says it in full.
    const saw = messageOf(error);
    return [{ probe: 'gone', holds: false, saw, error: saw }];
  }
};

const noteContained = async (engine: Engine, holding: Holding, evidence: readonly Observation[]): Promise<true> => {
  await engine.emit({ type: 'step.undone', ...namesOf(holding), outcome: 'contained', evidence, durationMs: 0 });
  return true;
};
