// What earlier runs tell: from what is kept of it beside their journals, as far as that counts, else from the journals themselves.
import type { RunEvent } from '../core/event.ts';
import { type Told, toldBy } from '../core/told.ts';
import { decodeTold, encodeTold, toldFormat, toldParts } from '../core/told-text.ts';
import { type Derived, keepDerived, recallDerived } from '../store/derived-file.ts';
import { readJournalNow } from '../store/journal.ts';
import { type RunFolder, runFolder } from '../store/runs.ts';
import { isStoreError } from './store-errors.ts';

/** The events of a run; none when its journal was never written. @throws StoreError for a damaged one. */
export const eventsOf = (stateDir: string, run: string): readonly RunEvent[] => {
  try {
    return readJournalNow(runFolder(stateDir, run).journal).events;
  } catch (error) {
    if (isStoreError(error) && error.kind === 'missing') return [];
    throw error;
  }
};

/** Reads no more of it than is asked for. @throws StoreError, also when a part is asked for. */
export const toldOf = (stateDir: string, run: string): Told => {
  const recall = recallDerived(keptIn(runFolder(stateDir, run)));
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
