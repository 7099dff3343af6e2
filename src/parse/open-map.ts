// A file that must hold a map, and a file that another one names.
import type { z } from 'zod';
import type { Context } from './context.ts';
import type { YamlDocument } from './document.ts';
import { isMap, type Plain } from './merge.ts';
import { nearest } from './nearest.ts';
import { folderOf, isInside, relativeTo, resolvePath } from './path.ts';
import { checkShape } from './shape.ts';
import type { Place } from './source.ts';

export interface MapDocument {
  readonly path: string;
  readonly document: YamlDocument;
  readonly value: Plain;
}

/** Undefined when there is no such file, or when what it holds was reported. */
export const openMap = async (
  context: Context,
  path: string,
  { schema, what, brings }: { schema: z.ZodType; what: string; brings: readonly string[] },
): Promise<MapDocument | undefined> => {
  const document = await context.open(path);
  const value = document?.value;
  if (isMap(value) && document) return { path, document, value };
  context.distrust(...brings);
  if (!document || value === undefined) return undefined;
  checkShape({ ...context, schema, value, what, place: document.locate([], 'value') });
  return undefined;
};

/** What a file could have brought: with it unread, complaints that such a thing is missing would be guesses. */
export const bringsSteps: readonly string[] = ['unknown-step', 'no-steps'];
export const bringsNames: readonly string[] = [
  ...bringsSteps,
  ...['unknown-input', 'unknown-secret', 'unknown-probe', 'unknown-group'],
];

/** The file that another one names, relative to itself; undefined, and reported, when it may not or cannot be read. */
export const resolveFile = async (
  context: Context,
  { from, path, place, brings }: { from: string; path: string; place: Place; brings: readonly string[] },
): Promise<string | undefined> => {
  const { request, report } = context;
  const project = resolvePath('/', request.projectDir);
  const target = resolvePath(folderOf(from), path);
  if (!isInside(project, target)) {
    context.distrust(...brings);
    report(place, { code: 'outside-project', message: `\`${path}\` lies outside the project` });
    return undefined;
  }
  if (await context.open(target)) return target;
  context.distrust(...brings);
  const names = await request.list(folderOf(target));
  const name = target.slice(target.lastIndexOf('/') + 1);
  const near = nearest(name, names);
  const hint = near === undefined ? undefined : `did you mean \`${path.slice(0, path.length - name.length)}${near}\`?`;
  report(place, { code: 'missing-file', message: `there is no file ${relativeTo(project, target)}`, hint });
  return undefined;
};

/** `a.yaml -> b.yaml -> a.yaml`, as the project calls them. */
export const circleOf = ({ request }: Context, paths: readonly string[]): string =>
  paths.map((path) => relativeTo(resolvePath('/', request.projectDir), path)).join(' -> ');
