// Looks a failure up in the catalogue of known causes.
import type { Failure, Observation } from '../core/failure.ts';
import { type KnownCause, knownCauses } from './known-causes.ts';
import { cleanLine } from './text.ts';
import { lastSeen } from './wording.ts';

export interface Symptoms {
  readonly failure: Failure | undefined;
  readonly evidence: readonly Observation[];
  /** Causes a project knows of its own; they come first. */
  readonly causes?: readonly KnownCause[] | undefined;
}

/** The first cause that fits, or undefined: no guess is better than a wrong one. */
export const findCause = ({ failure, evidence, causes = [] }: Symptoms): KnownCause | undefined => {
  if (!failure) return undefined;
  const lines = linesOf(failure, evidence);
  return [...causes, ...knownCauses].find(({ match }) => fits(match, failure, lines));
};

const fits = (match: KnownCause['match'], failure: Failure, lines: readonly string[]): boolean => {
  if (match.kind !== undefined && match.kind !== failure.kind) return false;
  if (match.exitCode !== undefined && !(failure.kind === 'exit' && failure.exitCode === match.exitCode)) return false;
  if (match.uses && !(failure.kind === 'step-type' && match.uses.test(failure.uses))) return false;
  return match.output === undefined || lines.some((line) => match.output?.test(line));
};

/** Everything a failure says, line by line; long lines are cut, so that no pattern works long on hostile output. */
const linesOf = (failure: Failure, evidence: readonly Observation[]): readonly string[] => {
  const said = 'tail' in failure ? failure.tail : [];
  const message = 'message' in failure ? failure.message.split('\n') : [];
  const codes = [failure.kind === 'spawn' ? failure.code : '', failure.kind === 'signal' ? failure.signal : ''];
  const seen = lastSeen(failure, evidence).flatMap(({ saw, error = '' }) => [saw, error]);
  return [...message, ...said, ...seen, ...codes].map((line) => cleanLine(line).slice(0, 1000)).filter(Boolean);
};
