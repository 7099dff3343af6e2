// One event as it stands in a journal.
import type { RunEvent } from '../../src/core/event.ts';
import { LineBuffer } from '../../src/store/journal-line.ts';

export const encodeLine = (event: RunEvent, version?: number): string => {
  const lines = new LineBuffer();
  lines.add(event, version);
  let text = '';
  lines.take((bytes) => {
    text = bytes.toString();
  });
  return text;
};
