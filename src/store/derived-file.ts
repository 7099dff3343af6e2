// Text that was worked out of another file, kept beside it in parts that are read one by one. It counts only while that file is just
// what it was, by size and time of change; whatever does not fit means that nothing is there. Nothing here ever throws, and nothing
// is lost with it: the other file tells the same.
import { closeSync, constants, openSync, readSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { checksum, checksumDigits } from './journal-line.ts';
import { keepFile } from './private-file.ts';

export interface Derived {
  /** Where it is kept. */
  readonly file: string;
  /** What it was worked out of. */
  readonly source: string;
  /** Of the parts' text. */
  readonly format: number;
}

interface Head {
  readonly format: number;
  readonly size: number;
  readonly changed: number;
  /** By part: bytes and checksum. */
  readonly parts: readonly (readonly [bytes: number, sum: number])[];
}

// The file: the head as JSON in a field of fixed length with its checksum before it, then the parts.
const headBytes = 256;
/** Read at once: of a small file it is everything. */
const beginBytes = 4096;

/** Writes each text as it comes; a failure leaves nothing. */
export const keepDerived = ({ file, source, format }: Derived, texts: Iterable<string>): void =>
  keepFile(file, (handle) => {
    const { size, mtimeMs: changed } = statSync(source);
    writeFileSync(handle, Buffer.alloc(headBytes));
    const parts: Head['parts'][number][] = [];
    for (const text of texts) parts.push(writePart(handle, text));
    writeSync(handle, encodeHead({ format, size, changed, parts }), 0, headBytes, 0);
  });

const writePart = (handle: number, text: string): Head['parts'][number] => {
  const bytes = Buffer.from(text);
  writeFileSync(handle, bytes);
  return [bytes.length, crc32(bytes)];
};

/** One that needs more than its field is cut off when it is written, and then does not count. */
const encodeHead = (head: Head): Buffer => {
  const field = Buffer.from(JSON.stringify(head).padEnd(headBytes - checksumDigits));
  return Buffer.concat([Buffer.from(checksum(field)), field]);
};

/** Reads a part, by its number; undefined when it is not there or does not count. */
export type ReadPart = (part: number) => string | undefined;

export const recallDerived = ({ file, source, format }: Derived): ReadPart => {
  const begin = trying(() => readBytes(file, 0, beginBytes));
  const head = begin && trying(() => headIn(begin));
  const now = statSync(source, { throwIfNoEntry: false });
  if (!begin || head?.format !== format || head.size !== now?.size || head.changed !== now.mtimeMs)
    return () => undefined;
  return (part) => trying(() => readPart(file, { head, begin }, part));
};

const headIn = (begin: Buffer): Head | undefined => {
  const field = begin.subarray(checksumDigits, headBytes);
  return begin.toString('latin1', 0, checksumDigits) === checksum(field) ? JSON.parse(field.toString()) : undefined;
};

const readPart = (
  file: string,
  { head: { parts }, begin }: { readonly head: Head; readonly begin: Buffer },
  part: number,
): string | undefined => {
  const [length, sum] = parts[part] ?? [];
  if (length === undefined) return undefined;
  const at = parts.slice(0, part).reduce((end, [bytes]) => end + bytes, headBytes);
  const bytes = at + length <= begin.length ? begin.subarray(at, at + length) : readBytes(file, at, length);
  return crc32(bytes) === sum ? bytes.toString() : undefined;
};

const readBytes = (file: string, at: number, length: number): Buffer => {
  const handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const bytes = Buffer.allocUnsafe(length);
    return bytes.subarray(0, readSync(handle, bytes, 0, length, at));
  } finally {
    closeSync(handle);
  }
};

const trying = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined; // Not there, cut off, or of a shape of its own.
  }
};
