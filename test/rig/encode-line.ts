// One event as it stands in a journal.
import type { RunEvent } from '../../src/core/event.ts';
import { LineBuffer } from '../../src/store/journal-line.ts';

/** By default as if each were synced before the next was written. */
export const encodeLine = (event: RunEvent, version?: number, synced = event.seq - 1): string => {
  const lines = new LineBuffer();
  lines.add(event, synced, version);
  let text = '';
  lines.take((bytes) => {
    text = bytes.toString();
  });
  return text;
};
