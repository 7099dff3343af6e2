// A file that an option names and that holds data, such as inputs: read like the files of a project, with the same words for what is wrong.
import { readFileSync, statSync } from 'node:fs';
import type { Diagnostic } from '../core/diagnostic.ts';
import { readDocument } from '../parse/document.ts';
import { Origins } from '../parse/origins.ts';
import { diagnosticAt } from '../parse/source.ts';
import { formatDiagnostics } from '../view/snippet.ts';
import { CliError, exitCode } from './exit-code.ts';

/** The map in a YAML or JSON file. @throws CliError 2 with every mistake in it */
export const readDataFile = (path: string, { option, example }: { option: string; example: string }) => {
  const found: Diagnostic[] = [];
  const text = readText(path, option);
  const document = readDocument(path, text, {
    origins: new Origins(),
    report: (place, finding) => found.push(diagnosticAt(place, finding)),
  });
  const { value } = document;
  if (found.length > 0) throw new CliError(exitCode.usage, formatDiagnostics(found));
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
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
