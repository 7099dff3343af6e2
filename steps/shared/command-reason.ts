// Why a command gave no answer, in a few words for the person at the terminal.
import { keptText } from '../../src/core/printed.ts';
import type { CommandResult } from '../../src/engine/ports.ts';

/** The last line a tool said, or how it ended. */
export const reasonOf = (result: CommandResult): string => {
  const { ended, exitCode, error } = result;
  const stderr = keptText(result, 'stderr');
  if (ended === 'spawn-failed') return error?.message ?? 'it could not be started';
  if (ended === 'timeout') return 'no answer in time';
  const text = stderr.trim() === '' ? keptText(result, 'stdout') : stderr;
  const line = text.trim().split(/\r?\n/).at(-1) ?? '';
  return line === '' ? `exit ${exitCode}` : line.slice(0, 300);
};
