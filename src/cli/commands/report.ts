// `lab report [RUN]`: one HTML file that shows a run and what it built; it opens from disk and needs no network. With --bundle:
// one archive with all that a report of a mistake needs.
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf } from '../../core/failure.ts';
import { entryOf } from '../../history/find-run.ts';
import { eventsOf } from '../../history/past-runs.ts';
import { bundleOf } from '../../pages/bundle.ts';
import { pageAssets, sha256 } from '../../pages/page-assets.ts';
import { logsOf, pictured, runsUpTo, toldBy, topologyOfRun } from '../../pages/page-data.ts';
import { pageWording } from '../../pages/page-wording.ts';
import { CliError, exitCode } from '../../project/exit-code.ts';
import { ownFile } from '../../project/files.ts';
import type { CommonOptions } from '../../project/options.ts';
import { reportPage } from '../../report/page.ts';
import { RunRecord } from '../../report/run-record.ts';
import { lookAtState, openContext } from '../../session/context.ts';
import { print } from '../../session/print.ts';
import { readLockHolder } from '../../store/lock.ts';
import type { RunEntry } from '../../store/state.ts';

export interface ReportOptions extends CommonOptions {
  readonly out?: string;
  readonly bundle?: boolean;
}

export const reportCommand = async (named: string | undefined, options: ReportOptions): Promise<number> => {
  const context = await openContext(options);
  const state = await lookAtState(context);
  if (state.runs.length === 0)
    throw new CliError(exitCode.usage, 'There are no runs yet, so there is nothing to report.');
  const run = await entryOf(context.stateDir, state, named ?? 'last');
  if (options.bundle === true) return pack({ stateDir: context.stateDir, run, out: options.out });
  const record = new RunRecord(eventsOf(context.stateDir, run));
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

interface Packing {
  readonly stateDir: string;
  readonly run: RunEntry;
  readonly out: string | undefined;
}

const pack = async ({ stateDir, run, out }: Packing): Promise<number> => {
  const events = eventsOf(stateDir, run);
  if (events.length === 0) throw new CliError(exitCode.usage, `Run ${run.id} has no journal: it never began.`);
  const bundle = await bundleOf({ stateDir, entry: run, events, env: process.env });
  if (out === '-') {
    process.stdout.write(bundle);
    return exitCode.ok;
  }
  const file = resolve(out ?? `lab-${run.id}.tar.gz`);
  await save(file, bundle);
  print(
    `Run ${run.id} (${run.workflow}) is packed into ${file}\nTo look at it: npx lab replay ${file}\nSecrets are masked; look through it all the same before you send it.`,
  );
  return exitCode.ok;
};

const save = async (file: string, page: string | Uint8Array): Promise<void> => {
  try {
    // Logs and facts of a lab are for its owner.
    await writeFile(file, page, { mode: 0o600, flag: ownFile });
  } catch (error) {
    throw new CliError(exitCode.usage, `The report can't be written: ${messageOf(error)}`, error);
  }
};
