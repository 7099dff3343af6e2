// Reads a journal back. Decides what counts: whole lines with a right checksum and the next number. From the first that does not
// count, a power cut explains what is there only if nothing from there on can have been synced: then it is dropped and told.
// A later line that was written after a sync of what does not count proves damage, which is refused. What events mean is core's.
import { closeSync, openSync, readSync } from 'node:fs';
import { eventVersion, type RunEvent } from '../core/event.ts';
import { quoteCommand } from '../core/quote.ts';
import { type DecodedLine, decodeLine, maximumLine, provenBy } from './journal-line.ts';
import { StoreError, storeErrorFrom } from './store-error.ts';

export interface JournalContent {
  readonly events: RunEvent[];
  /** Bytes of the intact prefix. */
  readonly bytes: number;
  /** What follows it, and was never wholly on the disk. `line` is the first line that does not count. */
  readonly torn?: {
    readonly bytes: number;
    readonly line: number;
    /** It is nothing but one record without its end. */
    readonly cut?: true;
  };
}

export interface EventFormat {
  readonly version: number;
  /** By the version they start from: each makes an event of the next version. */
  readonly migrations: Readonly<Record<number, (event: Record<string, unknown>) => Record<string, unknown>>>;
}

const currentFormat: EventFormat = { version: eventVersion, migrations: {} };
const chunkBytes = 1024 * 1024;

/** @throws StoreError `missing`, `damaged`, `newer-format` or what the system says. */
export const readJournal = (file: string, format: EventFormat = currentFormat): JournalContent => {
  try {
    const handle = openSync(file, 'r');
    try {
      return readLines(handle, { file, format });
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw storeErrorFrom(error, file, 'read the journal');
  }
};

interface Reading {
  readonly file: string;
  readonly format: EventFormat;
}

const readLines = (handle: number, reading: Reading): JournalContent => {
  const collector = createCollector(reading);
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let rest: Buffer[] = [];
  let restBytes = 0;
  for (;;) {
    const bytesRead = readSync(handle, chunk, 0, chunkBytes, null);
    if (bytesRead === 0) return collector.finish(Buffer.concat(rest, restBytes));
    // Only what was read is searched: behind it the chunk holds anything, and a megabyte of that.
    const piece = chunk.subarray(0, bytesRead);
    let start = 0;
    for (let end = piece.indexOf(10); end !== -1; end = piece.indexOf(10, start)) {
      const part = piece.subarray(start, end);
      collector.line(rest.length === 0 ? part : Buffer.concat([...rest, part]));
      rest = [];
      restBytes = 0;
      start = end + 1;
    }
    if (start === bytesRead) continue;
    rest.push(Buffer.from(piece.subarray(start))); // a copy: the chunk is read into again
    restBytes += bytesRead - start;
    if (restBytes > maximumLine) collector.tooLong();
  }
};

interface Collector {
  line(bytes: Buffer): void;
  tooLong(): never;
  /** `rest` is what follows the last line feed. */
  finish(rest: Buffer): JournalContent;
}

/** Takes lines in order; a bad one is only judged by what follows it. */
const createCollector = ({ file, format }: Reading): Collector => {
  const events: RunEvent[] = [];
  let bytes = 0;
  let lineNumber = 0;
  let bad: { readonly line: number; readonly reason: string; bytes: number } | undefined;
  return {
    line(line) {
      lineNumber += 1;
      if (bad !== undefined) {
        if (provenBy(line) > events.length) throw damaged(file, bad.line, bad.reason);
        bad.bytes += line.length + 1;
        return;
      }
      const decoded = decodeLine(line);
      if (!decoded.ok) {
        bad = { line: lineNumber, reason: decoded.reason, bytes: line.length + 1 };
      } else {
        events.push(understand(decoded, { file, format, line: lineNumber, seq: events.length + 1 }));
        bytes += line.length + 1;
      }
    },
    tooLong() {
      throw damaged(file, bad?.line ?? lineNumber + 1, `it is longer than ${maximumLine} bytes`);
    },
    finish(rest) {
      // Under its name a journal has no event or a whole one; one from before that was so may have half of its first.
      if (bad !== undefined && events.length === 0) throw damaged(file, bad.line, bad.reason);
      if (events.length === 0 && !isBeginning(rest)) throw damaged(file, 1, 'it does not begin with an event');
      const tail = (bad?.bytes ?? 0) + rest.length;
      return tail === 0
        ? { events, bytes }
        : {
            events,
            bytes,
            torn: { bytes: tail, line: bad?.line ?? lineNumber + 1, ...(bad === undefined && { cut: true }) },
          };
    },
  };
};

/** The checksum is right, so a mistake here is no torn write, wherever the line stands. */
const understand = (
  decoded: Extract<DecodedLine, { ok: true }>,
  at: Reading & { readonly line: number; readonly seq: number },
): RunEvent => {
  if (decoded.version > at.format.version) {
    throw new StoreError('newer-format', at.file, {
      saw: `an event of format ${decoded.version}; this program understands up to ${at.format.version}`,
      remedy: 'use the program that wrote it, or a newer one',
      line: at.line,
      format: { found: decoded.version, known: at.format.version },
    });
  }
  let event = decoded.event;
  for (let version = decoded.version; version < at.format.version; version += 1) {
    const migrate = at.format.migrations[version];
    if (migrate === undefined) throw damaged(at.file, at.line, `its format ${decoded.version} was never in use`);
    event = migrate(event);
  }
  if (event['seq'] !== at.seq) throw damaged(at.file, at.line, `its number is ${event['seq']} where ${at.seq} is due`);
  if (typeof event['type'] !== 'string' || typeof event['at'] !== 'number') {
    throw damaged(at.file, at.line, 'it is not an event');
  }
  return event as unknown as RunEvent;
};

const firstWords = Buffer.from('{"seq":1,');
const isBeginning = (rest: Buffer): boolean => {
  const length = Math.min(rest.length, firstWords.length);
  return rest.subarray(0, length).equals(firstWords.subarray(0, length));
};

/** How damage is told. */
export const damaged = (file: string, line: number, reason: string): StoreError =>
  new StoreError('damaged', file, {
    saw: `the journal is damaged: ${reason}`,
    remedy: remedyFor(file, line),
    line,
  });

/** What the lost events made is still there: taking it over puts it into the ledger again; without the file it would be forgotten. */
const remedyFor = (file: string, line: number): string =>
  [
    'restore the file from a copy; without one, keep only what stands before that line',
    `(${quoteCommand(['cp', file, `${file}.damaged`])} && sed -i '${line},$d' ${quoteCommand([file])}),`,
    'then run `lab adopt`, which takes over what is there',
  ].join(' ');
