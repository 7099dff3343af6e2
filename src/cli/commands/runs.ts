// `lab runs`: the runs of this state folder, newest last.
import { formatDuration } from '../../core/quantity.ts';
import { exitCode } from '../../project/exit-code.ts';
import type { CommonOptions, OutputOptions } from '../../project/options.ts';
import { lookAtState, openContext } from '../../session/context.ts';
import { print, printJson, screen } from '../../session/print.ts';
import { readLockHolder } from '../../store/lock.ts';
import type { RunEntry } from '../../store/state.ts';
import { localMoment } from '../../view/moment.ts';
import { table } from '../../view/table.ts';

export const runsCommand = async (options: CommonOptions & OutputOptions): Promise<number> => {
  const context = await openContext(options);
  const { runs } = await lookAtState(context);
  const underWay = (await readLockHolder(context.stateDir)) !== undefined;
  const word = ({ outcome, endedAt }: RunEntry): string =>
    outcome ?? (underWay && endedAt === undefined ? 'running' : 'unfinished');
  if (options.json === true) printJson({ runs: runs.map((run) => documentOf(run, word(run))) });
  else if (runs.length === 0) print('There are no runs yet.');
  else {
    const rows = runs.map((run) => [
      ...[run.id, run.workflow, run.variant, localMoment(run.startedAt)],
      run.endedAt === undefined ? '' : formatDuration(run.endedAt - run.startedAt),
      [word(run), ...(run.superseded === true ? ['taken down since'] : [])].join(', '),
    ]);
    const titles = ['run', 'workflow', 'variant', 'started', 'time', 'outcome'];
    print(table([titles, ...rows], { columns: screen().columns }).join('\n'));
  }
  return exitCode.ok;
};

const documentOf = ({ id, workflow, variant, startedAt, endedAt, superseded, partial }: RunEntry, outcome: string) => ({
  ...{ run: id, workflow, variant, outcome, startedAt: new Date(startedAt).toISOString() },
  endedAt: endedAt === undefined ? null : new Date(endedAt).toISOString(),
  takenDown: superseded === true,
  someStepsOnly: partial === true,
});
