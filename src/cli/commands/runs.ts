// `lab runs`: the runs of this state folder, newest last.
import { formatDuration } from '../../core/duration.ts';
import { table } from '../../view/table.ts';
import { lookAtState, openContext } from '../context.ts';
import { exitCode } from '../exit-code.ts';
import type { CommonOptions, OutputOptions } from '../options.ts';
import { print, printJson, screen } from '../print.ts';

export const runsCommand = async (options: CommonOptions & OutputOptions): Promise<number> => {
  const { runs } = await lookAtState(await openContext(options));
  if (options.json === true) printJson(runs);
  else if (runs.length === 0) print('There are no runs yet.');
  else {
    const rows = runs.map((run) => [
      ...[run.id, run.workflow, run.variant, run.outcome ?? 'unfinished'],
      run.endedAt === undefined ? '' : formatDuration(run.endedAt - run.startedAt),
    ]);
    print(
      table([['run', 'workflow', 'variant', 'outcome', 'time'], ...rows], { columns: screen().columns }).join('\n'),
    );
  }
  return exitCode.ok;
};
