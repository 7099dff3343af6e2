// The steps of one file, in order, with included files' steps in their place. Patching them is patches.ts's business.
import * as z from 'zod';
import { includeSchema } from '../core/schema/patch.ts';
import { stepSchema } from '../core/schema/step.ts';
import type { Context } from './context.ts';
import { isMap, type Plain } from './merge.ts';
import { bringsSteps, circleOf, type MapDocument, openMap, resolveFile } from './open-map.ts';
import { checkShape, describe } from './shape.ts';
import type { Place } from './source.ts';

/** A step as written or patched. What is not valid stays in the list so that others that name it are not wrong as well. */
export interface Entry {
  readonly step: Plain;
  readonly id: string;
  readonly valid: boolean;
}

const includedSchema = z.strictObject({ description: z.string().optional(), steps: z.array(z.unknown()) });

/** The steps under `steps` of a workflow file or of an included one. */
export const readSteps = async (
  context: Context,
  file: MapDocument,
  above: readonly string[] = [],
): Promise<readonly Entry[]> => {
  const { steps } = file.value;
  if (steps === undefined) return [];
  if (!Array.isArray(steps)) {
    const finding = { code: 'wrong-type', message: `\`steps\` is ${describe(steps)}`, expected: 'a list' };
    context.report(file.document.locate(['steps'], 'value'), finding);
    return [];
  }
  const entries: Entry[] = [];
  for (const [index, step] of steps.entries()) {
    const place = file.document.locate(['steps', index], 'value');
    if (isMap(step) && 'include' in step && !('id' in step)) {
      for (const entry of await include(context, { step, file, above, place })) entries.push(entry);
    } else entries.push(checkStep(context, step, place));
  }
  return entries;
};

/** Checks one step against the schema. */
export const checkStep = (context: Context, value: unknown, place: Place): Entry => {
  const id = isMap(value) && typeof value['id'] === 'string' ? value['id'] : '';
  const what = id === '' ? 'a step' : `the step \`${id}\``;
  const valid = checkShape({ ...context, schema: stepSchema, value, what, place });
  return { step: isMap(value) ? value : {}, id, valid };
};

const include = async (
  context: Context,
  { step, file, above, place }: { step: Plain; file: MapDocument; above: readonly string[]; place: Place },
): Promise<readonly Entry[]> => {
  const valid = checkShape({ ...context, schema: includeSchema, value: step, what: 'an include', place });
  const path = step['include'];
  if (!valid || typeof path !== 'string') return [];
  const at = context.origins.placeAt(step, 'include', 'value') ?? place;
  const target = await resolveFile(context, { from: file.path, path, place: at, brings: bringsSteps });
  if (target === undefined) return [];
  const chain = [...above, file.path];
  if (chain.includes(target)) {
    const circle = circleOf(context, [...chain.slice(chain.indexOf(target)), target]);
    context.report(at, { code: 'include-cycle', message: `files include one another in a circle: ${circle}` });
    return [];
  }
  const what = 'an included file';
  const included = await openMap(context, target, { schema: includedSchema, what, brings: bringsSteps });
  if (!included) return [];
  checkShape({
    ...context,
    schema: includedSchema,
    value: included.value,
    what,
    place: included.document.locate([], 'value'),
  });
  return readSteps(context, included, chain);
};
