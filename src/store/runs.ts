// The folders of runs: making, listing and finding them, and what their journals say where the small state lags behind.
// What a run's events mean is core's.
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isPartial } from '../core/scope.ts';
import { type JournalEnds, readJournalEnds } from './journal-ends.ts';
import { ensurePrivateFolder, syncFolder } from './private-file.ts';
import { readJournal } from './read-journal.ts';
import type { RunEntry } from './state.ts';
import { errorCode, StoreError, storeErrorFrom } from './store-error.ts';

export interface RunFolder {
  readonly id: string;
  readonly path: string;
  readonly journal: string;
  readonly logs: string;
  /** What later runs need of the journal, worked out. */
  readonly told: string;
}

/** Where a run is kept. @throws StoreError for anything that is no run's id, such as a path. */
export const runFolder = (dir: string, id: string): RunFolder => {
  if (!isRunId(id)) {
    throw new StoreError('missing', join(resolve(dir), 'runs'), {
      saw: `${JSON.stringify(id)} is not the id of a run`,
      remedy: 'see `lab runs` for the ids',
    });
  }
  // Put together as text: ten of them are looked at in each run, and `join` goes through every character.
  const path = `${resolve(dir)}/runs/${id}`;
  return { id, path, journal: `${path}/journal.jsonl`, logs: `${path}/logs`, told: `${path}/told` };
};

/** The id of a run to be begun, which sorts after all others. @throws StoreError */
export const newRunId = async (dir: string, naming: Omit<RunNaming, 'after'>): Promise<string> => {
  const after = (await listRuns(dir)).at(-1);
  return runId({ ...naming, ...(after === undefined ? {} : { after }) });
};

/** Makes the folder of a new run. @throws StoreError */
export const createRun = async (dir: string, id: string): Promise<RunFolder> => {
  const runs = join(resolve(dir), 'runs');
  try {
    if (await ensurePrivateFolder(runs)) syncFolder(resolve(dir));
    const folder = runFolder(dir, id);
    await ensurePrivateFolder(folder.path);
    await ensurePrivateFolder(folder.logs);
    syncFolder(runs); // What is in the run's own folder is synced when the journal gets its name there.
    return folder;
  } catch (error) {
    throw storeErrorFrom(error, runs, 'make the folder of the run');
  }
};

/** The ids of all runs that have a folder, oldest first. @throws StoreError */
export const listRuns = async (dir: string): Promise<string[]> => {
  const path = join(resolve(dir), 'runs');
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    const ids = entries.filter((entry) => entry.isDirectory() && isRunId(entry.name)).map((entry) => entry.name);
    return ids.sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw storeErrorFrom(error, path, 'list the runs');
  }
};

type FoundRun =
  | { readonly ok: true; readonly run: RunFolder }
  | { readonly ok: false; readonly reason: 'ambiguous'; readonly candidates: readonly string[] }
  | { readonly ok: false; readonly reason: 'none'; readonly nearest?: string }
  /** A text that can't be part of an id. */
  | { readonly ok: false; readonly reason: 'invalid' };

/** Finds a run by `last`, its id, the beginning of it, or its random part. @throws StoreError */
export const findRun = async (dir: string, wanted: string): Promise<FoundRun> => {
  if (!/^[a-z0-9-]{1,100}$/.test(wanted)) return { ok: false, reason: 'invalid' };
  const ids = await listRuns(dir);
  const matching = wanted === 'last' ? ids.slice(-1) : matches(ids, wanted);
  const [only, ...others] = matching;
  if (only !== undefined && others.length === 0) return { ok: true, run: runFolder(dir, only) };
  if (only !== undefined) return { ok: false, reason: 'ambiguous', candidates: matching };
  const nearest = mostAlike(ids, wanted);
  return { ok: false, reason: 'none', ...(nearest === undefined ? {} : { nearest }) };
};

const matches = (ids: readonly string[], wanted: string): readonly string[] => {
  if (ids.includes(wanted)) return [wanted];
  const beginning = ids.filter((id) => id.startsWith(wanted));
  return beginning.length > 0 ? beginning : ids.filter((id) => id.endsWith(`-${wanted}`));
};

/** A slip of the fingers leaves most of an id's beginning and end as they are. */
const mostAlike = (ids: readonly string[], wanted: string): string | undefined => {
  const shared = (a: string, b: string): number => {
    const different = [...a].findIndex((character, index) => character !== b[index]);
    return different === -1 ? a.length : different;
  };
  const reversed = (text: string): string => [...text].reverse().join('');
  const alike = (id: string): number => shared(wanted, id) + shared(reversed(wanted), reversed(id));
  const best = ids.reduce<string | undefined>(
    (found, id) => (found === undefined || alike(id) > alike(found) ? id : found),
    undefined,
  );
  return best !== undefined && alike(best) * 3 >= wanted.length * 2 ? best : undefined;
};

interface Reconciled {
  readonly runs: RunEntry[];
  /** Runs whose journal can't be read, or does not begin as one. */
  readonly unreadable: readonly { readonly id: string; readonly error: StoreError }[];
}

/**
 * The list of runs as the folders tell it, oldest first. A crash may come between a fact in a journal and its copy in the
 * state; a run that is known to have succeeded has nothing more to tell. A folder whose run never began is left out.
 */
export const reconcileRuns = async (dir: string, known: readonly RunEntry[]): Promise<Reconciled> => {
  const entries = new Map(known.map((entry) => [entry.id, entry]));
  const runs: RunEntry[] = [];
  const unreadable: { id: string; error: StoreError }[] = [];
  for (const id of await listRuns(dir)) {
    const entry = entries.get(id);
    if (entry?.outcome === 'succeeded') {
      runs.push(entry);
      continue;
    }
    try {
      const told = await entryFromJournal(runFolder(dir, id));
      if (told !== undefined) runs.push(told);
    } catch (error) {
      unreadable.push({ id, error: storeErrorFrom(error, runFolder(dir, id).journal) });
      if (entry !== undefined) runs.push(entry);
    }
  }
  return { runs, unreadable };
};

const entryFromJournal = async (run: RunFolder): Promise<RunEntry | undefined> => {
  const { first, last } = await readJournalEnds(run.journal).catch((error: unknown): JournalEnds => {
    if (error instanceof StoreError && error.kind === 'missing') return {};
    throw error;
  });
  if (first === undefined) {
    // Nothing is there yet, or nothing can be read: which of them it is, the whole tells.
    if (existsSync(run.journal)) readJournal(run.journal);
    return undefined;
  }
  if (first.type !== 'run.started') {
    throw new StoreError('damaged', run.journal, {
      saw: `the journal begins with ${first.type}`,
      remedy: 'move this run’s folder away',
      line: 1,
    });
  }
  const { workflow, variant, deploys, at: startedAt, scope } = first;
  const partial = isPartial(scope) ? { partial: true } : {};
  const entry = { id: run.id, workflow, variant, startedAt, deploys, ...partial };
  return last?.type === 'run.finished' ? { ...entry, endedAt: last.at, outcome: last.outcome } : entry;
};

/** `20261123-220714-deploy-k3f9`: time in UTC, workflow, random part. */
const pattern = /^(\d{8}-\d{6})-[a-z0-9]+(?:-[a-z0-9]+)*-[a-z0-9]{4,12}$/;

export const isRunId = (text: string): boolean => text.length <= 100 && pattern.test(text);

interface RunNaming {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly workflow: string;
  /** Four to twelve lower-case letters and digits. */
  readonly random: string;
  /** The newest run so far; the new id sorts after it, also within one second and when the clock was set back. */
  readonly after?: string;
}

export const runId = ({ at, workflow, random, after }: RunNaming): string => {
  const before = after === undefined ? undefined : pattern.exec(after)?.[1];
  const stamp = stampOf(at);
  const later = before !== undefined && stamp <= before ? stampOf(timeOf(before) + 1000) : stamp;
  const id = `${later}-${slug(workflow)}-${random}`;
  if (!isRunId(id)) throw new Error(`not a run's id: ${id}`);
  return id;
};

const stampOf = (at: number): string =>
  new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');

const timeOf = (stamp: string): number => {
  const [year, month, day, hour, minute, second] = (stamp.match(/^\d{4}|\d\d/g) ?? []).map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
};

const slug = (workflow: string): string => {
  const safe = workflow
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, '');
  return safe === '' ? 'run' : safe;
};
