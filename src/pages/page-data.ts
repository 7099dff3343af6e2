// Gathers what a page shows of a run: its record, its logs, and the topology with what all runs up to it have proved.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { eventsOf } from '../history/past-runs.ts';
import { openWorkflow } from '../project/open-workflow.ts';
import { elementStates, type Sighting, sightingsOf } from '../report/element-states.ts';
import type { LogText, Pictured, Trace } from '../report/page-parts.ts';
import { RunRecord } from '../report/run-record.ts';
import type { Topology } from '../report/topology.ts';
import type { CommandContext } from '../session/context.ts';
import { runFolder } from '../store/runs.ts';
import type { RunEntry, StateData } from '../store/state.ts';
import { readTail, stepLogName } from '../store/step-log.ts';
import { cleanText } from '../view/text.ts';
import { topologyOf } from './topology.ts';

const linesOfLog = 2000;
const bytesOfLogs = 6 * 1024 * 1024;

/** The logs of all attempts, in the order of the plan; of long ones the end. */
export const logsOf = async (
  stateDir: string,
  record: RunRecord,
): Promise<{ logs: readonly LogText[]; note?: string }> => {
  const run = record.start?.run;
  if (run === undefined) return { logs: [] };
  const folder = runFolder(stateDir, run).logs;
  const logs: LogText[] = [];
  let room = bytesOfLogs;
  let left = 0;
  for (const { address, attempts } of record.steps) {
    for (const attempt of attempts) {
      const file = stepLogName({ address, attempt });
      const size = await sizeOf(join(folder, file));
      if (size === 0) continue;
      if (room <= 0) {
        left += 1;
        continue;
      }
      const lines = await readTail(join(folder, file), linesOfLog);
      const text = cleanText(lines.join('\n')).slice(-Math.min(room, 512 * 1024));
      room -= text.length;
      logs.push({ address, attempt, file, bytes: size, text, cut: text.length < size * 0.6 && size > 4096 });
    }
  }
  return left === 0 ? { logs } : { logs, note: `${left} more logs are not in this page; \`lab logs\` shows them.` };
};

const sizeOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
};

/** The network the run was about; undefined when its model has none, or its files can't be read any more. */
export const topologyOfRun = async (context: CommandContext, record: RunRecord): Promise<Topology | undefined> => {
  const { start } = record;
  if (!start) return undefined;
  const { project, registry } = context;
  try {
    const wish = {
      project,
      registry,
      variant: start.variant,
      workflow: start.workflow,
      options: {},
      earlier: start.inputs,
    };
    return topologyOf((await openWorkflow(wish)).model);
  } catch (error) {
    // A page of an old run is worth having without its picture.
    if (error instanceof Error && error.name === 'CliError') return undefined;
    throw error;
  }
};

/** Runs of the same variant since it was last built anew, oldest first, up to and with this one. */
export const runsUpTo = (state: StateData, run: RunEntry): readonly RunEntry[] => {
  const upTo = state.runs.slice(0, state.runs.findIndex(({ id }) => id === run.id) + 1);
  const same = upTo.filter(({ variant }) => variant === run.variant);
  return same.slice(-maximumRuns);
};

const maximumRuns = 12;

export interface Told {
  readonly sightings: readonly Sighting[];
  readonly trace: Trace | undefined;
  readonly source: string;
}

/** What earlier runs and this one tell of the network; the latest word on each thing counts. */
export const toldBy = async (
  { stateDir }: Pick<CommandContext, 'stateDir'>,
  { runs, own, topology }: { runs: readonly RunEntry[]; own: RunRecord; topology: Topology },
): Promise<Told> => {
  let sightings: readonly Sighting[] = [];
  let trace: Trace | undefined;
  const names = new Set(topology.links.map(({ name }) => name));
  let used: { workflow: string; isTakenDown: boolean }[] = [];
  for (const { id, workflow } of runs) {
    const record = id === own.start?.run ? own : new RunRecord(eventsOf(stateDir, { id }));
    const told = sightingsOf(record);
    const isTakenDown = told.some(({ standing }) => standing === 'gone');
    sightings = joinSightings(sightings, told, workflow);
    trace = isTakenDown ? undefined : (traceIn(record, names) ?? trace);
    if (told.length === 0) continue;
    // What a way down ended tells nothing any more; nor does the way down once something is built again.
    used = isTakenDown ? [] : used.filter((each) => !each.isTakenDown);
    used.push({ workflow, isTakenDown });
  }
  return {
    sightings,
    trace,
    source: `As proved by ${[...new Set(used.map(({ workflow }) => workflow))].join(', ') || 'no run yet'}, the latest word on each thing`,
  };
};

/** What was known and what a later run of the workflow tells. A way down ends what was proved before; building again ends that. */
export const joinSightings = (
  before: readonly Sighting[],
  told: readonly Sighting[],
  workflow: string,
): readonly Sighting[] => {
  if (told.length === 0) return before;
  const isTakenDown = told.some(({ standing }) => standing === 'gone');
  const known = isTakenDown ? before.map(gone) : before.filter(({ standing }) => standing !== 'gone');
  // Steps of other workflows may bear the same names.
  return [...known, ...told.map((each) => ({ ...each, address: `${workflow} ${each.address}` }))];
};

const gone = (sighting: Sighting): Sighting => ({
  ...sighting,
  standing: 'gone',
  evidence: sighting.evidence.map((seen) => ({ ...seen, holds: false })),
});

/** A fact or an output that counts by the names of links is a path. */
const traceIn = (record: RunRecord, links: ReadonlySet<string>): Trace | undefined => {
  const facts = Object.entries(record.end?.facts ?? {});
  const hops = facts.map(([, value]) => value).find((value) => isHops(value, links));
  if (!hops) return undefined;
  const verdict = facts.map(([, value]) => value).find((value) => typeof value === 'string');
  const [step] = record.steps;
  return {
    hops: hops as Trace['hops'],
    verdict: verdict as string | undefined,
    title: `${step?.planned.name ?? ''}, run ${record.start?.run ?? ''}`,
  };
};

const isHops = (value: unknown, links: ReadonlySet<string>): boolean => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([name, count]) => links.has(name) && typeof count === 'number');
};

export const pictured = (topology: Topology, { sightings, trace, source }: Told): Pictured => ({
  topology,
  states: elementStates(topology, sightings),
  trace,
  source,
});
