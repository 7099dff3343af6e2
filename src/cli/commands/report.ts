// `lab report [RUN]`: one HTML file that shows a run and what it built; it opens from disk and needs no network.
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { reportPage } from '../../report/page.ts';
import { RunRecord } from '../../report/run-record.ts';
import { readLockHolder } from '../../store/lock.ts';
import { lookAtState, openContext } from '../context.ts';
import { CliError, exitCode } from '../exit-code.ts';
import { entryOf } from '../find-run.ts';
import { eventsOf } from '../history.ts';
import type { CommonOptions } from '../options.ts';
import { pageAssets, sha256 } from '../page-assets.ts';
import { logsOf, pictured, runsUpTo, toldBy, topologyOfRun } from '../page-data.ts';
import { pageWording } from '../page-wording.ts';
import { print } from '../print.ts';

export interface ReportOptions extends CommonOptions {
  readonly out?: string;
}

export const reportCommand = async (named: string | undefined, options: ReportOptions): Promise<number> => {
  const context = await openContext(options);
  const state = await lookAtState(context);
  if (state.runs.length === 0)
    throw new CliError(exitCode.usage, 'There are no runs yet, so there is nothing to report.');
  const run = await entryOf(context.stateDir, state, named ?? 'last');
  const record = new RunRecord(await eventsOf(context.stateDir, run.id));
  if ((await readLockHolder(context.stateDir)) === undefined) record.settle();
  const topology = await topologyOfRun(context, record);
  const told = topology && (await toldBy(context, { runs: runsUpTo(state, run), own: record, topology }));
  const { logs, note } = await logsOf(context.stateDir, record);
  const page = reportPage({
    ...{ record, words: pageWording, logs, assets: pageAssets(), hash: sha256, madeAt: context.host.clock.now() },
    ...(note !== undefined && { logsNote: note }),
    ...(topology && told && { pictured: pictured(topology, told) }),
  });
  if (options.out === '-') {
    process.stdout.write(page);
    return exitCode.ok;
  }
  const file = resolve(options.out ?? `lab-${run.id}.html`);
  await save(file, page);
  print(`The report of run ${run.id} (${run.workflow}) is in ${file}`);
  return exitCode.ok;
};

const save = async (file: string, page: string): Promise<void> => {
  try {
    // Logs and facts of a lab are for its owner.
    await writeFile(file, page, { mode: 0o600 });
  } catch (error) {
    throw new CliError(
      exitCode.usage,
      `The report can't be written: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
};
