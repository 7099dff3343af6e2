// From what a person types to a run: its id, the beginning of it, or `last`.
import { CliError, exitCode } from '../project/exit-code.ts';
import { findRun } from '../store/runs.ts';
import type { RunEntry, StateData } from '../store/state.ts';

/** @throws CliError 2 with the nearest id, or the ids that begin so. */
export const entryOf = async (stateDir: string, state: StateData, wanted: string): Promise<RunEntry> => {
  const last = state.runs.at(-1);
  if (wanted === 'last' && last) return last;
  const found = await findRun(stateDir, wanted);
  if (found.ok) {
    const entry = state.runs.find((run) => run.id === found.run.id);
    if (entry) return entry;
    throw new CliError(exitCode.usage, `Run ${found.run.id} never got as far as its first line.`);
  }
  if (found.reason === 'ambiguous')
    throw new CliError(exitCode.usage, `Several runs begin with ${wanted}: ${found.candidates.join(', ')}.`);
  const near = found.reason === 'none' ? found.nearest : undefined;
  throw new CliError(
    exitCode.usage,
    `There is no run ${wanted}. ${near === undefined ? '`lab runs` shows them.' : `Did you mean ${near}?`}`,
  );
};
