// In which order what was made is taken away: the newest first, and what ends with its container only once that is gone.
import type { Holding } from '../../core/holdings.ts';
import type { Observation } from '../../core/observation.ts';
import type { Engine } from '../engine.ts';
import { absence } from '../prove/absence.ts';
import { revealSecrets } from '../step/secret-book.ts';
import { namesOf, undoOne } from './undo-one.ts';

/** Undoes all; returns what could not be undone. */
export const undoAll = async (engine: Engine, holdings: readonly Holding[]): Promise<readonly Holding[]> => {
  const contained = holdings.filter((each) => containerOf(each, holdings) !== undefined);
  const left: Holding[] = [];
  for (const holding of newestFirst(holdings)) {
    if (contained.includes(holding)) continue;
    if (engine.stop.stage !== undefined || !(await undoOne(engine, holding))) left.push(holding);
  }
  if (engine.stop.stage !== undefined) return [...left, ...contained];
  // One look serves all that went with what held them; only what is still there has to be taken away one by one.
  const since = engine.host.clock.monotonic();
  const seen = new Map(
    await Promise.all(
      contained
        .filter((each) => !rests(each, { holdings, left }))
        .map(async (each) => [each, await evidenceOf(engine, each, since)] as const),
    ),
  );
  for (const holding of newestFirst(contained)) {
    const evidence = seen.get(holding);
    const gone = evidence?.every((each) => each.holds) === true;
    if (!(gone ? await noteContained(engine, holding, evidence) : await undoOne(engine, holding))) left.push(holding);
  }
  return left;
};

/**
 * The clock of the machine may have jumped: within a run only the order of its facts counts. Of two records with one place the
 * one that was told last goes first: the undo of the other may take some of its things along.
 */
export const newestFirst = (holdings: readonly Holding[]): readonly Holding[] => {
  const starts = new Map<string | undefined, number>();
  for (const { run, at } of holdings) starts.set(run, Math.min(at, starts.get(run) ?? at));
  const startOf = ({ run }: Holding): number => starts.get(run) ?? 0;
  return [...holdings].reverse().sort((a, b) => (a.run === b.run ? b.seq - a.seq : startOf(b) - startOf(a)));
};

/** What it is all in, so that it ends with that. */
const containerOf = (inner: Holding, holdings: readonly Holding[]): Holding | undefined =>
  inner.created.length === 0
    ? undefined
    : holdings.find(
        (outer) =>
          outer !== inner &&
          inner.created.every(({ within }) => outer.created.some(({ kind, name }) => within === `${kind}/${name}`)),
      );

/** Whether one of the things it is in, however far out, is still there. */
const rests = (
  holding: Holding,
  { holdings, left }: { readonly holdings: readonly Holding[]; readonly left: readonly Holding[] },
): boolean => {
  const seen = new Set<Holding>();
  for (let outer = containerOf(holding, holdings); outer && !seen.has(outer); outer = containerOf(outer, holdings)) {
    if (left.includes(outer)) return true;
    seen.add(outer);
  }
  return false;
};

const evidenceOf = async (engine: Engine, { undo }: Holding, since: number): Promise<readonly Observation[]> => {
  if (!undo) return [];
  try {
    const revealed = await revealSecrets(engine, undo);
    return await absence({ ...engine, masker: revealed.masker }, revealed.undo, since);
  } catch (error) {
    // Undoing it will meet the same, and says it in full.
    const saw = error instanceof Error ? error.message : String(error);
    return [{ probe: 'gone', holds: false, saw, error: saw }];
  }
};

const noteContained = async (engine: Engine, holding: Holding, evidence: readonly Observation[]): Promise<true> => {
  await engine.emit({ type: 'step.undone', ...namesOf(holding), outcome: 'contained', evidence, durationMs: 0 });
  return true;
};
