// The texts that `lab import` is given, and what lies beside them: read once, as files of the lab's folder.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { kindOf, type Source } from '../import/read/source.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import { readPlainFile } from '../project/files.ts';

export interface ImportSources {
  readonly sources: readonly Source[];
  /** Where the lab's own files lie. */
  readonly folder: string;
  /** Small texts beside them that commands may name, by their path in that folder. */
  readonly beside: ReadonlyMap<string, string>;
}

/** @throws CliError 2 for what can't be read, or is none of what is understood. */
export const importSources = (files: readonly string[]): ImportSources => {
  const texts = [...new Set(files)].map((file) => ({ name: file, text: textOf(file) }));
  const strange = texts.find((each) => kindOf(each) === undefined);
  if (strange !== undefined)
    throw new CliError(
      exitCode.usage,
      `${strange.name}: neither a README (.md), a shell script (.sh, or with #!), a Makefile nor a containerlab topology (YAML with \`topology:\`).`,
    );
  // A README lies where its lab does; scripts and topologies may lie below.
  const [first] = [...texts].sort((a, b) => rank(a) - rank(b) || depth(a.name) - depth(b.name));
  const folder = dirname(resolve(first?.name ?? '.'));
  const sources = texts.map(({ name, text }) => ({ name, text, path: relative(folder, resolve(name)) }));
  return { sources, folder, beside: textsBeside(folder) };
};

/** @throws CliError 2 */
const textOf = (file: string): string => {
  const bytes = readPlainFile(file);
  if (bytes === undefined) throw new CliError(exitCode.usage, `There is no file ${file}.`);
  return bytes.toString('utf8');
};

const rank = (text: { name: string; text: string }): number => (kindOf(text) === 'markdown' ? 0 : 1);
const depth = (name: string): number => resolve(name).split('/').length;

const mostFiles = 400;
const largest = 64 * 1024;

/** Settings of clusters and environments; the two uppermost levels, and not what tools keep there. */
const textsBeside = (folder: string): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const visit = (below: string, level: number): void => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = join(below, entry.name);
      if (found.size >= mostFiles) return;
      if (entry.isDirectory() && level < 2 && !/^(\.|node_modules$|clab-)/.test(entry.name)) visit(path, level + 1);
      else if (entry.isFile() && /\.(ya?ml|sh|env|clab)$|^(\.env|Makefile)$/.test(entry.name)) {
        const text = smallText(join(folder, path));
        if (text !== undefined) found.set(path, text);
      }
    }
  };
  visit('', 0);
  return found;
};

/** They are only looked into: one that can't be read is as one that is not there. */
const smallText = (path: string): string | undefined => {
  try {
    return statSync(path).size > largest ? undefined : readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};
