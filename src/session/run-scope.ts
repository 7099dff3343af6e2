// Which steps the command line asks for.
import type { Scope } from '../core/event.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import type { RunOptions } from '../project/options.ts';

/** @throws CliError 2 when a step is assumed without a reason, or an option names no step. */
export const scopeOf = ({ only, from, until, redo, prune, assume, reason }: RunOptions): Scope => {
  if (assume && reason === undefined)
    throw new CliError(exitCode.usage, '--assume needs --reason "…": it is kept with the step instead of a proof.');
  const named = { only, redo, assume, from: from?.trim(), until: until?.trim() };
  for (const [option, names] of Object.entries(named))
    if (names?.length === 0) throw new CliError(exitCode.usage, `--${option} names no step.`);
  return {
    ...(only && { only }),
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
    ...(redo && { redo }),
    ...(prune && { prune }),
    ...(assume && { assume: assume.map((step) => ({ step, reason: reason ?? '' })) }),
  };
};
