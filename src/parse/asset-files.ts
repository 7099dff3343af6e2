// Whether the files that steps name are there: those under `files`, and those a step type reads from its input.
import type { Context } from './context.ts';
import { isMap, type Plain } from './merge.ts';
import { nearest } from './nearest.ts';
import type { LinkedStep } from './order.ts';
import { folderOf, isInside, resolvePath } from './path.ts';
import type { Place } from './source.ts';

/** Paths start at the project. What holds an expression is known only at run time. */
export const checkAssetFiles = async (context: Context, steps: readonly LinkedStep[]): Promise<void> => {
  const folders = new Map<string, Promise<readonly string[]>>();
  const list = (folder: string): Promise<readonly string[]> => {
    const known = folders.get(folder) ?? context.request.list(folder);
    folders.set(folder, known);
    return known;
  };
  for (const { step } of steps) {
    for (const [file, place] of [...declaredFiles(context, step), ...inputFiles(context, step)]) {
      await checkFile(context, { file, place, list });
    }
  }
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

const checkFile = async (
  { request, report }: Context,
  { file, place, list }: { file: string; place: Place; list: (folder: string) => Promise<readonly string[]> },
): Promise<void> => {
  const project = resolvePath('/', request.projectDir);
  const path = resolvePath(project, file);
  if (!isInside(project, path)) {
    report(place, { code: 'outside-project', message: `\`${file}\` lies outside the project` });
    return;
  }
  const folder = folderOf(path);
  const name = path.slice(path.lastIndexOf('/') + 1);
  const names = path === project ? [name] : await list(folder);
  if (names.includes(name)) return;
  const near = nearest(name, names);
  const hint = near === undefined ? undefined : `did you mean \`${file.slice(0, file.lastIndexOf('/') + 1)}${near}\`?`;
  report(place, { code: 'missing-file', message: `there is no file ${file}`, expected: 'a file of the project', hint });
};
