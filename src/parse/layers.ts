// A workflow file and those it extends, from the first ancestor to the file itself.
import { workflowSchema } from '../core/schema/workflow.ts';
import type { Context } from './context.ts';
import { bringsNames, circleOf, type MapDocument, openMap, resolveFile } from './open-map.ts';

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
