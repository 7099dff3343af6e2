// Proves again, side by side and before anything starts, what finished in earlier runs or before a crash.
import { type Engine, tell } from '../engine.ts';
import type { Unit } from '../step/unit.ts';
import { type Judgement, judge, type Known } from './judge.ts';
import { mayHaveSurvived } from './survivor.ts';

export interface Proof {
  readonly units: readonly Unit[];
  readonly known: ReadonlyMap<string, Known>;
  readonly scopeFor: (unit: Unit) => Readonly<Record<string, unknown>>;
  readonly redo: (unit: Unit) => string | undefined;
  readonly assume: (unit: Unit) => string | undefined;
  /** Whether verdicts are told. */
  readonly resumed: boolean;
  /** Whether what is there is taken over, for which the resolved step is needed. */
  readonly adopt: boolean;
}

/** The judgements that stay true unless something below changes: what is to run is judged again at its turn. */
export const proveKnown = async (engine: Engine, proof: Proof): Promise<Map<string, Judgement>> => {
  const freshSince = engine.host.clock.monotonic();
  const kept = new Map<string, Judgement>();
  const note = ({ address }: Unit, known: Known, judgement: Judgement): void => {
    const { verdict, reason, evidence } = judgement;
    if (verdict === 'keep' || verdict === 'skip')
      kept.set(address, proof.adopt ? judgement : lasting(judgement, known));
    if (proof.resumed) tell(engine, { type: 'step.judged', address, verdict: wordOf(judgement), reason, evidence });
  };
  const asked: Promise<void>[] = [];
  for (const unit of proof.units) {
    const known = proof.known.get(unit.address);
    if (!known || engine.stop.stage !== undefined) continue;
    const [scope, redo, assume] = [proof.scopeFor(unit), proof.redo(unit), proof.assume(unit)];
    asked.push(
      judge(engine, { unit, known, scope, freshSince, redo, assume, standing: proof.adopt }).then((judgement) =>
        note(unit, known, judgement),
      ),
    );
  }
  await Promise.all(asked);
  return kept;
};

/** Of a step that is only to be recorded its resolved form is not needed any more: ten thousand of them take megabytes. */
const lasting = (judgement: Judgement, known: Known): Judgement => {
  if (mayHaveSurvived(known)) return judgement;
  const { resolved: _, ...rest } = judgement;
  return rest;
};

/** What can't be resolved yet, such as the output of a step that is about to run, is known at its turn. */
const wordOf = ({ verdict }: Judgement): 'keep' | 'run' | 'unknown' | 'skip' => {
  if (verdict === 'keep' || verdict === 'skip') return verdict;
  return verdict === 'fail' ? 'unknown' : 'run';
};
