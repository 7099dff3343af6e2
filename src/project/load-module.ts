// Loads one JavaScript or TypeScript file of a project, and says where a mistake in it is when that fails.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import type { Diagnostic } from '../core/diagnostic.ts';

export type Loaded =
  | { readonly ok: true; readonly exports: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly mistake: Diagnostic };

/** What the file exports; its `lab` is this program's own. */
export const loadModule = async (file: string, projectDir: string): Promise<Loaded> => {
  const { createJiti } = await import('jiti');
  const jiti = createJiti(pathToFileURL(file).href, {
    // The very module of this program: an error of its class must be one here as well.
    virtualModules: { lab: await import('../api.ts') },
    moduleCache: false,
    fsCache: false,
  });
  try {
    return { ok: true, exports: await jiti.import<Record<string, unknown>>(file) };
  } catch (error) {
    return { ok: false, mistake: mistakeOf(error, file, projectDir) };
  }
};

export interface Spot {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1; the whole line is meant without it. */
  readonly column?: number;
}

/** A mistake at a place of a file of the project. */
export const mistakeAt = (
  { file, line, column }: Spot,
  projectDir: string,
  said: Pick<Diagnostic, 'code' | 'message' | 'hint' | 'related'>,
): Diagnostic => {
  const sourceLine = readFileSync(file, 'utf8').split(/\r?\n/)[line - 1] ?? '';
  const start = column ?? sourceLine.length - sourceLine.trimStart().length + 1;
  const length = column === undefined ? Math.max(1, sourceLine.trim().length) : 1;
  return { file: relative(projectDir, file), line, column: start, length, sourceLine, ...said };
};

const mistakeOf = (error: unknown, file: string, projectDir: string): Diagnostic => {
  if (!(error instanceof Error))
    return mistakeAt({ file, line: 1 }, projectDir, { code: 'not-loaded', message: `it threw ${inspect(error)}` });
  const [first = ''] = error.message.split('\n');
  const syntax = /^ParseError: (.*?)\s*\n\s*(\/.*):(\d+):(\d+)$/s.exec(error.message);
  if (syntax) {
    const [, message = '', where = file, line, column] = syntax;
    const spot = { file: where, line: Number(line), column: Number(column) + 1 };
    return mistakeAt(spot, projectDir, { code: 'syntax', message });
  }
  if ('code' in error && error.code === 'MODULE_NOT_FOUND') {
    const hint = 'a file is named with its ending; a package has to be installed in the project';
    return mistakeAt(importOf(error, file), projectDir, { code: 'not-found', message: first, hint });
  }
  // A name that `lab` does not export is undefined, and called as such.
  const [, name] = /^\(0 , _lab\.(\w+)\) is not a function$/.exec(first) ?? [];
  const message = name === undefined ? `it could not be loaded: ${first}` : `\`lab\` exports no function \`${name}\``;
  return mistakeAt(thrownAt(error, projectDir) ?? { file, line: 1 }, projectDir, { code: 'not-loaded', message });
};

/** The line that imports what was not found. */
const importOf = (error: Error, file: string): Spot => {
  const importer = (error as { requireStack?: readonly string[] }).requireStack?.[0] ?? file;
  const [, wanted = ''] = /Cannot find module '([^']*)'/.exec(error.message) ?? [];
  const lines = readFileSync(importer, 'utf8').split('\n');
  const at = lines.findIndex((line) => line.includes(`'${wanted}'`) || line.includes(`"${wanted}"`));
  return { file: importer, line: Math.max(at, 0) + 1 };
};

/** The innermost place in the project's own files; lines are those of the file, columns are not. */
const thrownAt = ({ stack = '' }: Error, projectDir: string): Spot | undefined => {
  for (const frame of stack.split('\n')) {
    const [, file, line] = /\(?(?:file:\/\/)?(\/[^()]*?):(\d+):\d+\)?$/.exec(frame) ?? [];
    if (file?.startsWith(`${projectDir}/`) && !file.includes('/node_modules/')) return { file, line: Number(line) };
  }
  return undefined;
};
