// A variant and those it extends, from the last to the first, read layer by layer.
import { isMap } from '../core/maps.ts';
import { variantSchema } from '../core/schema/variant.ts';
import { workflowSchema } from '../core/schema/workflow.ts';
import { bringsNames, type Context, circleOf, type MapDocument, openMap, resolveFile } from './context.ts';
import { mergeMaps, type Plain, sharesReplace } from './merge.ts';
import { didYouMean } from './nearest.ts';
import { folderOf, relativeTo, resolvePath } from './path.ts';
import { checkShape } from './shape.ts';
import { substituteNamedProbes } from './shared-probes.ts';
import type { Place } from './source.ts';

export interface VariantChain {
  readonly value: Plain;
  /** Nearest first; a workflow that is not in the first is inherited from the next. */
  readonly folders: readonly string[];
  readonly place: Place;
}

export const readVariantChain = async (context: Context): Promise<VariantChain | undefined> => {
  const links = await readLinks(context);
  const [nearest] = links;
  if (!nearest) return unreadable(context);
  const merged = links
    .map((link) => link.value)
    .reduceRight((parent, child) => mergeMaps(parent, child, { origins: context.origins, replaces: sharesReplace }));
  const place = nearest.document.locate([], 'value');
  checkShape({ ...context, ...shape, value: merged, place });
  const value = withProbes(context, merged);
  return { value, folders: links.map((link) => folderOf(link.path)), place };
};

const shape = { schema: variantSchema, what: 'a variant file', brings: bringsNames };

/** `enter.let` may name shared probes too. */
const withProbes = (context: Context, variant: Plain): Plain => {
  const { enter, probes } = variant;
  if (!isMap(enter) || !isMap(enter['let'])) return variant;
  const found = substituteNamedProbes(context, isMap(probes) ? probes : {}, enter['let']);
  const result = { ...variant, enter: { ...enter, let: found } };
  context.origins.rest(result, variant);
  context.origins.rest(result.enter, enter);
  return result;
};

/** The workflow is looked at all the same when variant.yaml is there but is no variant. */
const unreadable = async (context: Context): Promise<VariantChain | undefined> => {
  const path = variantFile(context, context.request.variant);
  const document = path === undefined ? undefined : await context.open(path);
  if (path === undefined || !document) return undefined;
  context.distrust('unknown-name');
  return { value: {}, folders: [folderOf(path)], place: document.locate([], 'value') };
};

interface Wanted {
  readonly name: string;
  readonly place?: Place;
}

const readLinks = async (context: Context): Promise<readonly MapDocument[]> => {
  const links: MapDocument[] = [];
  const names: string[] = [];
  for (let wanted: Wanted | undefined = { name: context.request.variant }; wanted; ) {
    const { name, place }: Wanted = wanted;
    if (place && names.includes(name)) {
      const circle = [...names.slice(names.indexOf(name)), name].join(' -> ');
      context.report(place, { code: 'extends-cycle', message: `variants extend one another in a circle: ${circle}` });
      break;
    }
    const path = variantFile(context, name);
    if (path === undefined || !(await context.open(path))) await reportUnknown(context, name, place);
    const link: MapDocument | undefined = path === undefined ? undefined : await openMap(context, path, shape);
    if (!link) break;
    checkName(context, link, name);
    links.push(link);
    names.push(name);
    const parent: unknown = link.value['extends'];
    wanted =
      typeof parent === 'string' ? { name: parent, place: link.document.locate(['extends'], 'value') } : undefined;
  }
  return links;
};

/** Names come from the command line: what is no name must not become a path. */
export const isName = (name: string): boolean => /^[A-Za-z][A-Za-z0-9_-]*$/.test(name);

const variantFile = ({ request }: Context, name: string): string | undefined =>
  isName(name) ? resolvePath(resolvePath(request.projectDir, request.workflowsDir), `${name}/variant.yaml`) : undefined;

const checkName = ({ report }: Context, { document, value }: MapDocument, name: string): void => {
  if (typeof value['name'] !== 'string' || value['name'] === name) return;
  const message = `the variant in the folder \`${name}\` calls itself \`${value['name']}\``;
  report(document.locate(['name'], 'value'), { code: 'name-mismatch', message, expected: name });
};

const reportUnknown = async (context: Context, name: string, place: Place | undefined): Promise<void> => {
  const { request, report, reportFile } = context;
  const folder = resolvePath(request.projectDir, request.workflowsDir);
  const names = (await request.list(folder)).filter(isName).sort();
  const finding = { code: 'unknown-variant', message: `there is no variant \`${name}\`` };
  const shown = relativeTo(resolvePath('/', request.projectDir), folder);
  const known = names.length > 0 ? `the variants are ${names.join(', ')}` : `there are none in ${shown}`;
  const hint = didYouMean(name, names) ?? known;
  if (place) report(place, { ...finding, hint });
  else reportFile(isName(name) ? `${shown}/${name}/variant.yaml` : shown, { ...finding, hint });
};

export const readLayers = async (context: Context, path: string): Promise<readonly MapDocument[]> => {
  const read: MapDocument[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const layer: MapDocument | undefined = await openMap(context, next, {
      schema: workflowSchema,
      what: 'a workflow file',
      brings: bringsNames,
    });
    if (!layer) break;
    read.push(layer);
    next = await baseOf(context, layer, read);
  }
  return read.reverse();
};

const baseOf = async (
  context: Context,
  { path, document, value }: MapDocument,
  read: readonly MapDocument[],
): Promise<string | undefined> => {
  const base = value['extends'];
  if (typeof base !== 'string') return undefined;
  const place = document.locate(['extends'], 'value');
  const target = await resolveFile(context, { from: path, path: base, place, brings: bringsNames });
  const seen = read.findIndex((layer) => layer.path === target);
  if (target === undefined || seen === -1) return target;
  const circle = circleOf(context, [...read.slice(seen).map((layer) => layer.path), target]);
  context.distrust('unknown-step', 'no-steps');
  context.report(place, { code: 'extends-cycle', message: `files extend one another in a circle: ${circle}` });
  return undefined;
};
