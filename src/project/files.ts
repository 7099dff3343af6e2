// Files that a person names: of the project, with data, or to be written.
import { closeSync, constants, openSync, readFileSync, readSync, statSync } from 'node:fs';
import type { Diagnostic } from '../core/diagnostic.ts';
import { readDocument, type YamlDocument } from '../parse/document.ts';
import { Origins } from '../parse/origins.ts';
import { maximumFileSize } from '../parse/path.ts';
import { diagnosticAt, type Finding } from '../parse/source.ts';
import { formatDiagnostic, formatDiagnostics } from '../view/snippet.ts';
import { CliError, exitCode } from './exit-code.ts';

/** More than this is refused whatever it says, also when each character takes four bytes. */
const enoughBytes = 4 * maximumFileSize + 4;

/**
 * Undefined when there is none of that name, or a folder. Of a file that is too large there is enough to be refused.
 * @throws CliError 3 for a device or a pipe
 */
export const readPlainFile = (path: string): Buffer | undefined => {
  const seen = statSync(path, { throwIfNoEntry: false });
  if (seen === undefined || seen.isDirectory()) return undefined;
  if (!seen.isFile()) throw new CliError(exitCode.file, `${path} is no plain file, so it is not read.`);
  if (seen.size <= enoughBytes) return readFileSync(path);
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(enoughBytes);
    return bytes.subarray(0, readSync(fd, bytes));
  } finally {
    closeSync(fd);
  }
};

interface Wanted {
  readonly option: string;
  readonly example: string;
}

interface DataDocument extends Pick<YamlDocument, 'locate'> {
  readonly value: Record<string, unknown>;
}

/** The map in a YAML or JSON file. @throws CliError 2 with every mistake in it */
export const readDataFile = (path: string, wanted: Wanted): Record<string, unknown> =>
  readDataDocument(path, wanted).value;

/** The same with the places of its tokens. @throws CliError 2 with every mistake in it */
const readDataDocument = (path: string, { option, example }: Wanted): DataDocument => {
  const found: Diagnostic[] = [];
  const text = readText(path, option);
  const document = readDocument(path, text, {
    origins: new Origins(),
    report: (place, finding) => found.push(diagnosticAt(place, finding)),
  });
  const { value, locate } = document;
  if (found.length > 0) throw new CliError(exitCode.usage, formatDiagnostics(found));
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return { value: value as Record<string, unknown>, locate };
  throw new CliError(exitCode.usage, `${path}: ${option} needs a map, such as "${example}".`);
};

/** @throws CliError 2 */
export const readText = (path: string, option: string): string => {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new CliError(exitCode.usage, `${option} ${path}: there is no such file.`);
  if (stat.isDirectory())
    throw new CliError(exitCode.usage, `${option} ${path}: this is a folder, and a file is wanted.`);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CliError(exitCode.usage, `${option} ${path}: ${error instanceof Error ? error.message : error}`, error);
  }
};

interface InputsFiles {
  /** What they say together; a later one counts before an earlier one. */
  readonly values: Record<string, unknown>;
  /** The finding with its line, and a caret under what is meant; undefined when the input is in none of the files. */
  draw(path: readonly string[], finding: Finding, where?: 'key' | 'value'): string | undefined;
}

/** @throws CliError 2 */
export const readInputsFiles = (paths: readonly string[]): InputsFiles => {
  const documents = paths.map((path) => readDataDocument(path, { option: '--inputs', example: 'leaves: 8' }));
  return {
    values: Object.assign({}, ...documents.map(({ value }) => value)),
    draw: (path, finding, where = 'value') => {
      const document = documents.findLast(({ value }) => Object.hasOwn(value, path[0] ?? ''));
      return document && formatDiagnostic(diagnosticAt(document.locate(path, where), finding));
    },
  };
};

// How a file is opened that a person names for the program to write: never through a symbolic link, which somebody else may have put
// into a shared folder. Who means the file behind one names that.

const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;

export const ownFile = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW;
