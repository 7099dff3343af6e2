// The failures the project knows of its own, as the endings of runs look them up.
import { pattern } from '../core/pattern.ts';
import { loadCauses } from '../parse/causes.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import { fileRequest } from '../project/open-workflow.ts';
import type { KnownCause } from '../view/known-causes.ts';
import { formatDiagnostics } from '../view/snippet.ts';
import type { CommandContext } from './context.ts';

/** @throws CliError 3 with every mistake in the file. */
export const openCauses = async (
  context: Pick<CommandContext, 'project' | 'registry'>,
): Promise<readonly KnownCause[]> => {
  const causes = await context.registry.checked.open(['known', 'causes'], async (reader) => {
    const loaded = await loadCauses(fileRequest(context, reader));
    if (!loaded.ok) throw new CliError(exitCode.file, formatDiagnostics(loaded.diagnostics));
    return loaded.causes;
  });
  return causes.map(({ id, cause, remedy, output, uses, exitCode: code, kind }) => ({
    ...{ id, cause, remedy },
    match: {
      ...(output !== undefined && { output: pattern(output, { ignoreCase: true }) }),
      ...(uses !== undefined && { uses: pattern(uses, { ignoreCase: true }) }),
      ...(code !== undefined && { exitCode: code }),
      ...(kind !== undefined && { kind }),
    },
  }));
};
