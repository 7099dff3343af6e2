// Proves again, side by side and before anything starts, what finished in earlier runs or before a crash.
import type { Engine } from './engine.ts';
import { type Judgement, judge, type Known } from './judge.ts';
import { tell } from './tell.ts';
import type { Unit } from './unit.ts';

export interface Proof {
  readonly units: readonly Unit[];
  readonly known: ReadonlyMap<string, Known>;
  readonly scopeFor: (unit: Unit) => Readonly<Record<string, unknown>>;
  readonly redo: (unit: Unit) => string | undefined;
  readonly assume: (unit: Unit) => string | undefined;
  /** Whether verdicts are told. */
  readonly resumed: boolean;
}

/** The judgements that stay true unless something below changes: what is to run is judged again at its turn. */
export const proveKnown = async (engine: Engine, proof: Proof): Promise<Map<string, Judgement>> => {
  const freshSince = engine.host.clock.monotonic();
  const kept = new Map<string, Judgement>();
  const prove = async (unit: Unit): Promise<void> => {
    if (engine.stop.stage !== undefined) return;
    const known = proof.known.get(unit.address);
    const [scope, redo, assume] = [proof.scopeFor(unit), proof.redo(unit), proof.assume(unit)];
    const judgement = await judge(engine, { unit, known, scope, freshSince, redo, assume });
    if (judgement.verdict === 'keep' || judgement.verdict === 'skip') kept.set(unit.address, judgement);
    if (!proof.resumed) return;
    const { reason, evidence } = judgement;
    tell(engine, { type: 'step.judged', address: unit.address, verdict: wordOf(judgement), reason, evidence });
  };
  await Promise.all(proof.units.filter((unit) => proof.known.has(unit.address)).map(prove));
  return kept;
};

/** What can't be resolved yet, such as the output of a step that is about to run, is known at its turn. */
const wordOf = ({ verdict }: Judgement): 'keep' | 'run' | 'unknown' | 'skip' => {
  if (verdict === 'keep' || verdict === 'skip') return verdict;
  return verdict === 'fail' ? 'unknown' : 'run';
};
