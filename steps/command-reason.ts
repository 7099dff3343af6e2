// Why a command gave no answer, in a few words for the person at the terminal.
import type { CommandResult } from '../src/engine/ports.ts';

/** The last line a tool said, or how it ended. */
export const reasonOf = ({ stderr, stdout, ended, exitCode, error }: CommandResult): string => {
  if (ended === 'spawn-failed') return error?.message ?? 'it could not be started';
  if (ended === 'timeout') return 'no answer in time';
  const text = stderr.trim() === '' ? stdout : stderr;
  const line = text.trim().split(/\r?\n/).at(-1) ?? '';
  return line === '' ? `exit ${exitCode}` : line.slice(0, 300);
};
