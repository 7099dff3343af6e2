// How one event stands in the journal: its JSON, with the version of its shape and a checksum as the last two keys. Which lines
// count, and what a bad one means, is decided by the reader.
import { crc32 } from 'node:zlib';
import { eventVersion, type RunEvent } from '../core/event.ts';
import { checksum } from './checksum.ts';

/** A line longer than this, in bytes, is damage; no event is written that would make one. */
export const maximumLine = 64 * 1024 * 1024;

export const encodeLine = (event: RunEvent, version: number = eventVersion): string => {
  const signed = `${JSON.stringify(event).slice(0, -1)},"v":${version}`;
  return `${signed},"crc":"${checksum(`${signed}}`)}"}\n`;
};

export type DecodedLine =
  | { readonly ok: true; readonly event: Record<string, unknown>; readonly version: number }
  | { readonly ok: false; readonly reason: string };

const crcBytes = ',"crc":"01234567"}'.length;
const closingBrace = Buffer.from('}');
const endOfLine = /,"v":(\d{1,9}),"crc":"([0-9a-f]{8})"\}$/;

/** Reads one line, given without its line feed. The bytes may be anything. */
export const decodeLine = (line: Buffer): DecodedLine => {
  // The two last keys are searched in the few last bytes only, so that a long line costs one pass for its checksum.
  const end = endOfLine.exec(line.toString('latin1', Math.max(0, line.length - 40)));
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
