// The list of steps: read one by one, then linked; names, needs, circles.
import * as z from 'zod';
import { parseAddress } from '../core/address.ts';
import { inCircles } from '../core/graph.ts';
import { isMap } from '../core/maps.ts';
import { includeSchema } from '../core/schema/patch.ts';
import { stepSchema } from '../core/schema/step.ts';
import { bringsSteps, type Context, circleOf, type MapDocument, openMap, resolveFile } from './context.ts';
import type { Plain } from './merge.ts';
import { didYouMean } from './nearest.ts';
import { checkShape, describe } from './shape.ts';
import type { Finding, Place } from './source.ts';

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

// Gives every step its `needs`: those it names, or the step above it. Reports ids that are taken, needs that name nothing,
// and circles. Nothing here recurses over the graph.

export interface LinkedStep extends Entry {
  readonly step: Plain & { readonly needs: readonly string[] };
  /** The needs as written, for their places; undefined when they are implied. */
  readonly written: readonly unknown[] | undefined;
}

export const linkSteps = (
  context: Context,
  entries: readonly Entry[],
  removed: ReadonlyMap<string, Place>,
): readonly LinkedStep[] => {
  const named = entries.filter((entry) => entry.id !== '');
  reportDuplicates(context, named);
  reportFormerIds(context, named);
  const steps = new Map(named.map((entry) => [entry.id, entry.step]));
  const linked = named.map((entry, index): LinkedStep => {
    const written: readonly unknown[] | undefined = Array.isArray(entry.step['needs'])
      ? entry.step['needs']
      : undefined;
    const above = named[index - 1]?.id;
    const implied = above === undefined ? [] : [above];
    const needs = written ? knownNeeds(context, entry, { list: written, steps, removed }) : implied;
    const step = { ...entry.step, needs };
    context.origins.rest(step, entry.step);
    return { ...entry, step, written };
  });
  reportCycles(context, linked);
  return linked;
};

const idPlace = ({ origins }: Context, step: Plain): Place | undefined =>
  origins.placeAt(step, 'id', 'value') ?? origins.placeOf(step);

const reportDuplicates = (context: Context, entries: readonly Entry[]): void => {
  const first = new Map<string, Entry>();
  for (const entry of entries) {
    const before = first.get(entry.id);
    if (!before) {
      first.set(entry.id, entry);
      continue;
    }
    const place = idPlace(context, entry.step);
    const other = idPlace(context, before.step);
    if (!place) continue;
    const related = other ? [{ ...other, message: 'the other one is here' }] : [];
    context.report(place, { code: 'duplicate-id', message: `two steps have the id \`${entry.id}\``, related });
  }
};

/** `was` names what this step was called before; that name must be free now. */
const reportFormerIds = (context: Context, entries: readonly Entry[]): void => {
  const taken = new Map(entries.map((entry) => [entry.id, entry.id]));
  for (const { step, id } of entries) {
    for (const { former, place } of formerIds(context, step)) {
      const owner = taken.get(former);
      const message = `\`${former}\` cannot be what \`${id}\` was called: it is \`${owner}\``;
      if (owner === undefined) taken.set(former, id);
      else if (place) context.report(place, { code: 'former-id-taken', message });
    }
  }
};

const formerIds = (
  { origins }: Context,
  step: Plain,
): readonly { readonly former: string; readonly place: Place | undefined }[] => {
  const { was } = step;
  if (typeof was === 'string') return [{ former: was, place: origins.placeAt(step, 'was', 'value') }];
  if (!Array.isArray(was)) return [];
  return was
    .map((former: unknown, index) => ({ former, place: origins.placeAt(was, index, 'value') }))
    .filter((each): each is { former: string; place: Place | undefined } => typeof each.former === 'string');
};

interface Needs {
  readonly list: readonly unknown[];
  readonly steps: ReadonlyMap<string, Plain>;
  readonly removed: ReadonlyMap<string, Place>;
}

const knownNeeds = ({ origins, report }: Context, { step }: Entry, needs: Needs): readonly string[] =>
  needs.list.flatMap((need, index) => {
    if (typeof need !== 'string') return [];
    const finding = problemOfNeed(need, needs);
    const place = origins.placeAt(needs.list, index, 'value') ?? origins.placeAt(step, 'needs', 'value');
    if (finding && place) report(place, finding);
    return finding ? [] : [need];
  });

/** A need is a step, or one child of a foreach step: `id[key]`, whose key may be an expression. */
const problemOfNeed = (need: string, { steps, removed }: Needs): Finding | undefined => {
  const { step: id, key } = parseAddress(need);
  const target = steps.get(id);
  if (target) {
    if (key === undefined || target['foreach'] !== undefined) return undefined;
    return { code: 'needs-foreach', message: `\`${id}\` has no children: it is no \`foreach\` step` };
  }
  if (id.includes('${{')) {
    const hint = 'only the key in brackets may be an expression';
    return { code: 'dynamic-need', message: 'a need whose step is not known before the run', hint };
  }
  const gone = removed.get(id);
  return {
    code: 'unknown-step',
    message: gone ? `the step \`${id}\` was taken away` : `there is no step \`${id}\``,
    hint: didYouMean(id, steps.keys()),
    related: gone ? [{ ...gone, message: 'it was taken away here' }] : [],
  };
};

/** The steps a step waits for, children counted as their step; a child may wait for another one of its own step. */
export const neededSteps = ({ id, step }: LinkedStep): readonly string[] =>
  step.needs.flatMap((need) => {
    const address = parseAddress(need);
    return address.step === id && address.key !== undefined ? [] : [address.step];
  });

/** Each circle once, with its whole path, shown at the need that closes it. */
const reportCycles = (context: Context, steps: readonly LinkedStep[]): void => {
  const left = stepsInCircles(steps);
  const done = new Set<string>();
  for (const { id } of steps) {
    if (!left.has(id) || done.has(id)) continue;
    const path: string[] = [];
    const at = new Map<string, number>();
    for (let next: string | undefined = id; next !== undefined && !done.has(next); ) {
      if (at.has(next)) {
        reportCycle(context, left, path.slice(at.get(next)));
        break;
      }
      at.set(next, path.length);
      path.push(next);
      const here: LinkedStep | undefined = left.get(next);
      next = here && neededSteps(here).find((need) => left.has(need));
    }
    for (const each of path) done.add(each);
  }
};

/** What remains after taking away, again and again, the steps that wait for nothing: the circles and what follows them. */
const stepsInCircles = (steps: readonly LinkedStep[]): ReadonlyMap<string, LinkedStep> => {
  const left = new Map<string, LinkedStep>();
  // Of several steps with one id the others were reported already, and belong to no order.
  for (const each of steps) if (!left.has(each.id)) left.set(each.id, each);
  const stay = inCircles([...left.values()].map((each) => ({ address: each.id, needs: neededSteps(each) })));
  for (const id of [...left.keys()]) if (!stay.has(id)) left.delete(id);
  return left;
};

const reportCycle = (context: Context, steps: ReadonlyMap<string, LinkedStep>, circle: readonly string[]): void => {
  const [first, second = first] = circle;
  const entry = steps.get(first ?? '');
  if (!entry || first === undefined || second === undefined) return;
  const at = entry.written && context.origins.placeAt(entry.written, indexOfNeed(entry.written, second), 'value');
  const place = at ?? idPlace(context, entry.step);
  if (!place) return;
  const message = `steps need one another in a circle: ${[...circle, first].join(' -> ')}`;
  context.report(place, { code: 'cycle', message, hint: 'take one of these needs away' });
};

const indexOfNeed = (written: readonly unknown[], id: string): number =>
  written.findIndex((need) => typeof need === 'string' && parseAddress(need).step === id);
