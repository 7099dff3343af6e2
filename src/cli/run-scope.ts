// Which steps the command line asks for.
import type { Scope } from '../core/event.ts';
import { CliError, exitCode } from './exit-code.ts';
import type { RunOptions } from './options.ts';

/** @throws CliError when a step is assumed without a reason. */
export const scopeOf = ({ only, from, until, redo, assume, reason }: RunOptions): Scope => {
  if (assume && reason === undefined)
    throw new CliError(exitCode.usage, '--assume needs --reason "…": it is kept with the step instead of a proof.');
  return {
    ...(only && { only }),
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
    ...(redo && { redo }),
    ...(assume && { assume: assume.map((step) => ({ step, reason: reason ?? '' })) }),
  };
};
