// Whether the files that steps name are there: those under `files`, and those a step type reads from its input.
import type { Context } from './context.ts';
import { isMap, type Plain } from './merge.ts';
import { nearest } from './nearest.ts';
import type { LinkedStep } from './order.ts';
import { folderOf, isInside, resolvePath } from './path.ts';
import { createSource, type Place } from './source.ts';

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
