// How one event stands in the journal: its JSON, with three more keys at the end: the number of the last event that was known to be
// on the disk when this one was written, the version of its shape, and a checksum. Which lines count, and what a bad one means, is
// decided by the reader.
import { crc32 } from 'node:zlib';
import { eventVersion, type RunEvent } from '../core/event.ts';

/** A line longer than this, in bytes, is damage; no event is written that would make one. */
export const maximumLine = 64 * 1024 * 1024;

const usualRoom = 64 * 1024;
/** Room beyond this, which a single long line may need, is given back. */
const mostRoom = 1024 * 1024;
/** More than the last three keys and the line feed take. */
const endRoom = 96;

/** Lines as the bytes they will be in the file, one after the other: as texts each would be copied half a dozen times on its way there. */
export class LineBuffer {
  #bytes = Buffer.allocUnsafe(usualRoom);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /**
   * `synced` is the number of the last event that is known to be on the disk. False when the line would be too long; then there is
   * none. @throws TypeError for what is no JSON
   */
  add(event: RunEvent, synced: number, version: number = eventVersion): boolean {
    const text = JSON.stringify(event);
    // A character takes three bytes at most, so the exact count is rarely needed.
    const most = text.length * 3 + endRoom;
    if (most > maximumLine && Buffer.byteLength(text) + endRoom > maximumLine) return false;
    this.#makeRoom(most);
    const start = this.#length;
    const brace = start + this.#bytes.write(text, start) - 1;
    const end = this.#bytes.write(`,"synced":${synced},"v":${version}}`, brace, 'latin1') + brace;
    const sum = checksum(this.#bytes.subarray(start, end));
    this.#length = this.#bytes.write(`,"crc":"${sum}"}\n`, end - 1, 'latin1') + end - 1;
    return true;
  }

  /** All lines, which are gone once `use` has returned. */
  take(use: (lines: Buffer) => void): void {
    try {
      use(this.#bytes.subarray(0, this.#length));
    } finally {
      this.clear();
    }
  }

  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > mostRoom) this.#bytes = Buffer.allocUnsafe(usualRoom);
  }

  #makeRoom(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

export type DecodedLine =
  | { readonly ok: true; readonly event: Record<string, unknown>; readonly version: number }
  | { readonly ok: false; readonly reason: string };

/** Longer than the last three keys. */
const endBytes = 80;
const provingEnd = /(?:,"synced":(\d{1,15}))?,"v":\d{1,9},"crc":"[0-9a-f]{8}"\}\s*$/;

/**
 * The number of an event that must have been on the disk before this line was written, which may be damaged itself: its end is
 * enough. 0 when the line tells nothing. Lines from before journals told it prove all that stands in front of them.
 */
export const provenBy = (line: Buffer): number => {
  const end = provingEnd.exec(line.toString('latin1', Math.max(0, line.length - endBytes)));
  if (end === null) return 0;
  if (end[1] !== undefined) return Number(end[1]);
  // What is left of a line that was cut within its number looks like the end of one from before, and begins unlike it.
  return line[0] === openingBrace ? Number.POSITIVE_INFINITY : 0;
};

const openingBrace = 0x7b;
const crcBytes = ',"crc":"01234567"}'.length;
const closingBrace = Buffer.from('}');
const endOfLine = /(?:,"synced":\d{1,15})?,"v":(\d{1,9}),"crc":"([0-9a-f]{8})"\}$/;

/** Reads one line, given without its line feed. The bytes may be anything. */
export const decodeLine = (line: Buffer): DecodedLine => {
  // The last keys are searched in the few last bytes only, so that a long line costs one pass for its checksum.
  const end = endOfLine.exec(line.toString('latin1', Math.max(0, line.length - endBytes)));
  if (end?.[1] === undefined || end[2] === undefined) return { ok: false, reason: 'it does not end with a checksum' };
  const sum = crc32(closingBrace, crc32(line.subarray(0, line.length - crcBytes)));
  if (sum !== Number.parseInt(end[2], 16)) return { ok: false, reason: 'its checksum does not match' };
  const event = parseObject(`${line.toString('utf8', 0, line.length - end[0].length)}}`);
  return event === undefined
    ? { ok: false, reason: 'it is not a JSON object' }
    : { ok: true, event, version: Number(end[1]) };
};

const parseObject = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // the reader tells the line and that it is no JSON
  }
};

export const checksumDigits = 8;

export const checksum = (bytes: Buffer | string): string => crc32(bytes).toString(16).padStart(checksumDigits, '0');
