// Files that a workflow names: whether they are there, and whether scripts and templates can be read.
import { ExpressionError } from '../core/expression.ts';
import { isMap } from '../core/maps.ts';
import { ShellTextError, shellText } from '../core/shell-text.ts';
import type { Context } from './context.ts';
import type { Plain } from './merge.ts';
import { nearest } from './nearest.ts';
import { folderOf, isInside, resolvePath } from './path.ts';
import { createSource, type Place } from './source.ts';
import type { LinkedStep } from './steps.ts';

/**
 * Paths start at the project. What holds an expression is known only at run time, and so is a file that a step before makes:
 * any file that such a step names. Of templates the syntax is checked as well.
 */
export const checkAssetFiles = async (context: Context, steps: readonly LinkedStep[]): Promise<void> => {
  const folders = new Map<string, Promise<readonly string[]>>();
  const list = (folder: string): Promise<readonly string[]> => {
    const known = folders.get(folder) ?? context.request.list(folder);
    folders.set(folder, known);
    return known;
  };
  const mentions = mentionsBefore(steps);
  const templates = new Set<string>();
  for (const { step, id } of steps) {
    for (const [file, place] of [...declaredFiles(context, step), ...inputFiles(context, step)]) {
      const isMade = () => mentions(id, file);
      if ((await checkFile(context, { file, place, list, isMade })) && file.endsWith('.liquid')) templates.add(file);
    }
  }
  for (const file of templates) await checkTemplate(context, file);
};

/** Whether a step that must have ended before another names a file. */
const mentionsBefore = (steps: readonly LinkedStep[]): ((id: string, file: string) => boolean) => {
  const byId = new Map(steps.map((each) => [each.id, each.step]));
  return (id, file) => {
    const name = file.replace(/^(?:\.\/)+/, '');
    const open = [...(byId.get(id)?.needs ?? [])];
    const before = new Set<string>();
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (before.has(next)) continue;
      before.add(next);
      if (namesFile(byId.get(next), name)) return true;
      open.push(...(byId.get(next)?.needs ?? []));
    }
    return false;
  };
};

/** In any of its texts, as a whole path: `out.yaml` is not named by `about.yaml`. */
const namesFile = (value: unknown, file: string): boolean => {
  if (typeof value === 'object' && value !== null) return Object.values(value).some((each) => namesFile(each, file));
  if (typeof value !== 'string') return false;
  for (let at = value.indexOf(file); at !== -1; at = value.indexOf(file, at + 1)) {
    const before = value.slice(0, at).replace(/(?<![\w.-])(?:\.\/)+$/, '');
    if (!/[\w./-]$/.test(before) && !/^(?:[\w/-]|\.\w)/.test(value.slice(at + file.length))) return true;
  }
  return false;
};

const checkTemplate = async ({ request, report }: Context, file: string): Promise<void> => {
  const path = resolvePath(resolvePath('/', request.projectDir), file);
  const text = request.templateFault && (await request.read(path));
  const fault = text === undefined ? undefined : await request.templateFault?.(path, text);
  if (text === undefined || !fault) return;
  const source = createSource(file, text);
  const line = text.split('\n')[fault.line - 1] ?? '';
  const start =
    text
      .split('\n')
      .slice(0, fault.line - 1)
      .join('\n').length + (fault.line > 1 ? 1 : 0);
  const place = { source, start: start + fault.column - 1, end: start + line.length };
  report(place, { code: 'wrong-template', message: fault.message });
};

type NamedFile = readonly [file: string, place: Place];

const declaredFiles = ({ origins }: Context, { files }: Plain): readonly NamedFile[] => {
  if (!Array.isArray(files)) return [];
  return files.flatMap((file: unknown, index) => {
    const place = origins.placeAt(files, index, 'value');
    return typeof file === 'string' && place && !file.includes('${{') ? [[file, place] as const] : [];
  });
};

/** Shown where the input names the file; a file that the type adds by itself, at the type. */
const inputFiles = (context: Context, step: Plain): readonly NamedFile[] => {
  const { uses } = step;
  const input = step['with'] ?? {};
  const type = typeof uses === 'string' ? context.request.catalogue.steps.get(uses) : undefined;
  if (!type?.files || JSON.stringify(input).includes('${{')) return [];
  const parsed = type.input.safeParse(input);
  const home = context.origins.placeAt(step, 'uses', 'value');
  if (!parsed.success || !home) return [];
  return type.files(parsed.data as never).map((file) => [file, placeOfText(context, input, file) ?? home] as const);
};

const placeOfText = (context: Context, value: unknown, text: string): Place | undefined => {
  if (!isMap(value) && !Array.isArray(value)) return undefined;
  for (const [key, each] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    if (each === text) return context.origins.placeAt(value, key, 'value');
    const below = placeOfText(context, each, text);
    if (below) return below;
  }
  return undefined;
};

interface FileToCheck {
  readonly file: string;
  readonly place: Place;
  readonly list: (folder: string) => Promise<readonly string[]>;
  readonly isMade: () => boolean;
}

/** Whether it is there. */
const checkFile = async (
  { request, report }: Context,
  { file, place, list, isMade }: FileToCheck,
): Promise<boolean> => {
  const project = resolvePath('/', request.projectDir);
  const path = resolvePath(project, file);
  if (!isInside(project, path)) {
    report(place, { code: 'outside-project', message: `\`${file}\` lies outside the project` });
    return false;
  }
  const folder = folderOf(path);
  const name = path.slice(path.lastIndexOf('/') + 1);
  const names = path === project ? [name] : await list(folder);
  if (names.includes(name)) return true;
  if (isMade()) return false;
  const near = nearest(name, names);
  const hint = near === undefined ? undefined : `did you mean \`${file.slice(0, file.lastIndexOf('/') + 1)}${near}\`?`;
  report(place, { code: 'missing-file', message: `there is no file ${file}`, expected: 'a file of the project', hint });
  return false;
};

interface Script {
  readonly owner: Plain;
  readonly value: string;
  readonly script: string;
}

export const checkScripts = async (context: Context, steps: readonly LinkedStep[]): Promise<void> => {
  const scripts = steps
    .flatMap(({ step }: { step: Plain }) => [step, step['undo']])
    .flatMap((owner) => (isMap(owner) ? scriptOf(context, owner) : []));
  const faults = (await context.request.scriptFaults?.(scripts.map(({ script }) => script))) ?? [];
  for (const [index, { owner, value, script }] of scripts.entries()) {
    const fault = faults[index];
    if (fault)
      reportAt(context, owner, {
        value,
        at: startOfLine(script, value, fault.line),
        message: `bash: ${fault.message}`,
      });
  }
};

const scriptOf = (context: Context, owner: Plain): readonly Script[] => {
  const value = owner['shell'];
  if (typeof value !== 'string') return [];
  try {
    return [{ owner, value, script: shellText(value, 'LAB_VALUE_').script }];
  } catch (error) {
    if (error instanceof ShellTextError) reportAt(context, owner, { value, at: 0, message: error.message });
    // What is wrong with an expression itself is told where expressions are checked.
    else if (!(error instanceof ExpressionError)) throw error;
    return [];
  }
};

/** Where a line of the script begins in the text it was made from. The script's end may be one line further. */
const startOfLine = (script: string, value: string, line: number): number => {
  const lines = value.trimEnd().split('\n');
  if (script.split('\n').length !== value.split('\n').length) return 0;
  const before = lines.slice(0, Math.min(line, lines.length) - 1);
  return before.reduce((sum, each) => sum + each.length + 1, 0);
};

const reportAt = (
  { origins, report }: Context,
  owner: Plain,
  { value, at, message }: { value: string; at: number; message: string },
): void => {
  const indent = /^[ \t]*/.exec(value.slice(at))?.[0].length ?? 0;
  const length =
    value
      .slice(at + indent)
      .split('\n')[0]
      ?.trimEnd().length ?? 0;
  const place = origins.placeWithin(owner, 'shell', { at: at + indent, length, value });
  if (place) report(place, { code: 'wrong-script', message });
};
