// What was found right about some files, kept with every byte it was read from: it counts only while all of them are still the same,
// for the same build of this program. Anything that does not fit means that it is not there; nothing here ever throws.
import { closeSync, constants, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checksum, checksumDigits } from './journal-line.ts';
import { draftEnd, keepFile, removeFile } from './private-file.ts';

/** Everything a finding rests on. */
export interface Seen {
  /** Undefined for a file that is not there. */
  readonly files: ReadonlyMap<string, string | undefined>;
  readonly folders: ReadonlyMap<string, readonly string[]>;
}

/** How the world is asked for the same now. */
export interface World {
  /** Undefined for a file that is not there. */
  read(path: string): Buffer | undefined;
  list(folder: string): readonly string[];
}

export interface CheckedFile {
  /** The folder it is kept in; made with the first writing. */
  readonly folder: string;
  readonly name: string;
  /** Whoever wrote it: another build may find otherwise. */
  readonly build: string;
}

interface Head {
  readonly build: string;
  /** Bytes of each text; null for a file that was not there. */
  readonly files: readonly (readonly [path: string, bytes: number | null])[];
  readonly folders: readonly (readonly [path: string, names: readonly string[]])[];
}

// The file: a checksum over all that follows, the head as one line, all the texts, the finding.
const lineFeed = 10;

/** The finding, as JSON text, when everything it rests on is as it was. */
export const recallChecked = ({ folder, name, build }: CheckedFile, world: World): string | undefined => {
  try {
    const all = readWhole(join(folder, name));
    if (all.toString('latin1', 0, checksumDigits) !== checksum(all.subarray(checksumDigits))) return undefined;
    const end = all.indexOf(lineFeed);
    const head = JSON.parse(all.toString('utf8', checksumDigits, end)) as Head;
    const body = all.subarray(end + 1);
    if (head.build !== build) return undefined;
    const at = standsAt(head, body, world);
    return at === undefined ? undefined : body.toString('utf8', at);
  } catch {
    return undefined; // Not there, cut off, or of a shape of its own: what it would have told is found out anew.
  }
};

const readWhole = (path: string): Buffer => {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
};

/** Where the finding begins, after all the texts; undefined when one of them is no longer what it was. */
const standsAt = ({ files, folders }: Head, body: Buffer, { read, list }: World): number | undefined => {
  let at = 0;
  for (const [path, bytes] of files) {
    const text = read(path);
    if (bytes === null ? text !== undefined : !text?.equals(body.subarray(at, at + bytes))) return undefined;
    at += bytes ?? 0;
  }
  for (const [path, names] of folders) {
    const now = list(path);
    if (now.length !== names.length || now.some((name, index) => name !== names[index])) return undefined;
  }
  return at;
};

/** A failure leaves nothing, since nothing is lost. */
export const keepChecked = ({ folder, name, build }: CheckedFile, seen: Seen, finding: string): void => {
  makeReady(folder);
  keepFile(join(folder, name), (handle) => {
    const texts = [...seen.files].map(
      ([path, text]) => [path, text === undefined ? undefined : Buffer.from(text)] as const,
    );
    const body = Buffer.concat([...texts.map(([, text]) => text ?? Buffer.alloc(0)), Buffer.from(finding)]);
    const head: Head = {
      build,
      files: texts.map(([path, text]) => [path, text?.length ?? null]),
      folders: [...seen.folders],
    };
    const all = Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]);
    writeFileSync(handle, Buffer.concat([Buffer.from(checksum(all)), all]));
  });
};

/** Whoever writes holds the lock, so a draft that is there was left by a run that was killed. */
const makeReady = (folder: string): void => {
  try {
    mkdirSync(folder, { mode: 0o700, recursive: true });
    for (const left of readdirSync(folder)) if (left.endsWith(draftEnd)) removeFile(join(folder, left));
  } catch {
    // Nothing can be kept there then.
  }
};
