// Takes over what is there without having been made by a run: looks at a step and decides what may be remembered of it.
import type { Outcome } from '../../core/event.ts';
import type { Observation } from '../../core/failure.ts';
import type { Engine } from '../engine.ts';
import type { Judgement } from '../plan/judge.ts';
import { absence } from '../prove/absence.ts';
import type { ResolvedStep } from '../step/resolved.ts';

interface Adopted {
  readonly outcome: Outcome;
  readonly reason: string;
  readonly outputs?: Readonly<Record<string, unknown>> | undefined;
  readonly evidence: readonly Observation[];
  /** It goes into the ledger, so that it can be taken away like what was made. */
  readonly found: boolean;
}

export const adoptUnit = async (engine: Engine, judgement: Judgement): Promise<Adopted> => {
  const { verdict, reason, evidence, outputs, resolved } = judgement;
  const nothing = { outcome: 'skipped', evidence, found: false } as const;
  if (verdict === 'skip' || verdict === 'fail' || !resolved) return { ...nothing, reason };
  const proved = evidence.length > 0 && evidence.every((each) => each.holds);
  if (proved) return { outcome: 'satisfied', reason: 'found as it should be', evidence, outputs, found: true };
  if (verdict === 'keep') return { outcome: 'satisfied', reason, evidence, outputs, found: false };
  // Half of it may be there: it must be possible to take that away too.
  if (verdict === 'wait' && resolved.action) return { ...nothing, reason: `there, ${reason}`, found: true };
  return (await isThere(engine, resolved))
    ? { ...nothing, reason: `there, but not as it should be: ${reason}`, found: true }
    : { ...nothing, reason: `not found: ${reason}` };
};

/** Whether its own undo says that something of it is not gone; what could not be looked at counts for nothing. */
const isThere = async (engine: Engine, { undo }: ResolvedStep): Promise<boolean> =>
  (await absence(engine, undo)).some(({ holds, error, saw }) => !holds && error === undefined && saw !== 'not asked');
