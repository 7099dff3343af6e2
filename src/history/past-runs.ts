// What earlier runs tell: from what is kept of it beside their journals, as far as that counts, else from the journals themselves.
import { statSync } from 'node:fs';
import type { RunEvent } from '../core/event.ts';
import { type Told, toldBy } from '../core/told.ts';
import { decodeTold, encodeTold, toldFormat, toldParts } from '../core/told-text.ts';
import { type Derived, keepDerived, recallDerived } from '../store/derived-file.ts';
import { damaged, type JournalContent, readJournal } from '../store/read-journal.ts';
import { type RunFolder, runFolder } from '../store/runs.ts';
import type { RunEntry } from '../store/state.ts';
import { isStoreError } from './store-errors.ts';

/** A run as far as it is known from elsewhere. */
export type KnownRun = Pick<RunEntry, 'id'> & Partial<RunEntry>;

/** The journal that was read last: to continue a run, several ask for the same one. */
let last:
  | { readonly file: string; readonly size: number; readonly mtimeMs: number; readonly read: JournalContent }
  | undefined;

/** A journal, read again only when the file has changed. @throws StoreError */
export const journalOf = (file: string): JournalContent => {
  const { size, mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { size: -1, mtimeMs: -1 };
  if (last?.file !== file || last.size !== size || last.mtimeMs !== mtimeMs)
    last = { file, size, mtimeMs, read: readJournal(file) };
  return last.read;
};

/** The events of a run; none when its journal was never written. @throws StoreError for a damaged one. */
export const eventsOf = (stateDir: string, run: KnownRun): readonly RunEvent[] => {
  const { journal } = runFolder(stateDir, run.id);
  try {
    const { events, torn } = journalOf(journal);
    if (torn && !torn.cut) demandEnd(run, events, { journal, line: torn.line });
    return events;
  } catch (error) {
    if (isStoreError(error) && error.kind === 'missing') return [];
    throw error;
  }
};

/** How a run ended is in the state only once it was on the disk: whole lines of a journal that can't be read then are more than a crash takes. */
const demandEnd = (
  { outcome, endedAt }: KnownRun,
  events: readonly RunEvent[],
  at: { readonly journal: string; readonly line: number },
): void => {
  if (outcome !== 'succeeded' && outcome !== 'failed') return; // "interrupted" is also said of one that told of no end
  if (events.some((event) => event.type === 'run.finished' && event.at === endedAt)) return;
  throw damaged(at.journal, at.line, 'the end of the run is missing, which state.json knows of');
};

/** Reads no more of it than is asked for. @throws StoreError, also when a part is asked for. */
export const toldOf = (stateDir: string, run: KnownRun): Told => {
  const recall = recallDerived(keptIn(runFolder(stateDir, run.id)));
  let read: Told | undefined;
  const journal = (): Told => {
    read ??= toldBy(eventsOf(stateDir, run));
    return read;
  };
  const part = <P extends keyof Told>(name: P): Told[P] => {
    const text = recall(toldParts.indexOf(name));
    return text === undefined ? journal()[name] : decodeTold[name](text);
  };
  return {
    get times() {
      return part('times');
    },
    get spans() {
      return part('spans');
    },
    get known() {
      return part('known');
    },
  };
};

/** For the runs to come; its journal has been closed. */
export const keepTold = (folder: RunFolder, told: Told): void => keepDerived(keptIn(folder), textsOf(told));

/** In the order of `toldParts`; one after the other, since that of ten thousand steps is large. */
function* textsOf({ times, spans, known }: Told): Iterable<string> {
  yield encodeTold.times(times);
  yield encodeTold.spans(spans);
  yield encodeTold.known(known);
}

const keptIn = ({ told, journal }: RunFolder): Derived => ({ file: told, source: journal, format: toldFormat });
