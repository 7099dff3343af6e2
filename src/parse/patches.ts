// What a workflow file changes in the steps of the one it extends: override, replace, remove, insert.
import { isMap } from '../core/maps.ts';
import { patchSchema } from '../core/schema/patch.ts';
import type { Context, MapDocument } from './context.ts';
import { mergeMaps, type Plain } from './merge.ts';
import { didYouMean } from './nearest.ts';
import { checkShape, describe } from './shape.ts';
import type { Place } from './source.ts';
import { checkStep, type Entry } from './steps.ts';

export interface Patched {
  readonly entries: readonly Entry[];
  /** Where each step that is gone was removed, so that one who needs it can be told. */
  readonly removed: ReadonlyMap<string, Place>;
}

const verbs = ['override', 'replace', 'remove', 'before', 'after'] as const;
type Verb = (typeof verbs)[number];

interface Patch {
  readonly verb: Verb;
  readonly target: string;
  readonly value: Plain;
  readonly place: Place;
  /** The token that names the step. */
  readonly targetPlace: Place;
}

export const applyPatches = (context: Context, file: MapDocument, base: readonly Entry[]): Patched => {
  const removed = new Map<string, Place>();
  let entries = base;
  for (const patch of readPatches(context, file)) {
    const index = entries.findIndex((entry) => entry.id === patch.target);
    const entry = entries[index];
    if (!entry) {
      reportUnknown(context, patch, { entries, removed });
      continue;
    }
    if (patch.verb === 'remove' || patch.verb === 'replace') removed.set(entry.id, patch.targetPlace);
    const instead = replacement(context, patch, entry);
    for (const each of instead) removed.delete(each.id);
    entries = [...entries.slice(0, index), ...instead, ...entries.slice(index + 1)];
  }
  return { entries, removed };
};

/** What stands where the step stood. */
const replacement = (context: Context, patch: Patch, entry: Entry): readonly Entry[] => {
  switch (patch.verb) {
    case 'remove':
      return [];
    case 'replace':
      return stepsOf(context, patch, 'by');
    case 'before':
      return [...stepsOf(context, patch, 'insert'), entry];
    case 'after':
      return [entry, ...stepsOf(context, patch, 'insert')];
    case 'override':
      return [override(context, patch, entry)];
  }
};

const stepsOf = (context: Context, { value: patch, place }: Patch, key: 'by' | 'insert'): readonly Entry[] => {
  const value = patch[key];
  const whole = context.origins.placeAt(patch, key, 'value') ?? place;
  if (!Array.isArray(value)) return [checkStep(context, value, whole)];
  return value.map((step, index) => checkStep(context, step, context.origins.placeAt(value, index, 'value') ?? whole));
};

const override = (context: Context, { value, target, place }: Patch, entry: Entry): Entry => {
  const { origins, report } = context;
  const step = mergeMaps(entry.step, value['set'] as Plain, {
    origins,
    replaces: (path) => path[0] === 'foreach',
    removesNothing: (over, key, known) => {
      const message = `\`${target}\` has no \`${key}\` that could be taken away`;
      const at = origins.placeAt(over, key, 'key') ?? place;
      report(at, { code: 'removes-nothing', message, hint: didYouMean(String(key), known) });
    },
  });
  // A step that was wrong before was reported where it is written; telling it again at the patch would mislead.
  if (!entry.valid) return { step, id: typeof step['id'] === 'string' ? step['id'] : entry.id, valid: false };
  return checkStep(context, step, place);
};

const readPatches = (context: Context, { value, document }: MapDocument): readonly Patch[] => {
  const { patches } = value;
  if (patches === undefined) return [];
  const place = document.locate(['patches'], 'key');
  if (value['extends'] === undefined) {
    const finding = {
      code: 'patches-without-extends',
      message: '`patches` without `extends`',
      hint: 'there is nothing to patch',
    };
    context.report(place, finding);
    return [];
  }
  if (Array.isArray(patches)) {
    return patches.flatMap((patch, index) => readPatch(context, patch, document.locate(['patches', index], 'value')));
  }
  const finding = { code: 'wrong-type', message: `\`patches\` is ${describe(patches)}`, expected: 'a list' };
  context.report(document.locate(['patches'], 'value'), finding);
  return [];
};

const readPatch = (context: Context, value: unknown, place: Place): readonly Patch[] => {
  const found = isMap(value) ? verbs.filter((verb) => verb in value) : [];
  const [verb, second] = found;
  if (!isMap(value) || verb === undefined || second !== undefined) {
    const hint =
      isMap(value) && second === undefined
        ? Object.keys(value)
            .map((key) => didYouMean(key, verbs))
            .find(Boolean)
        : undefined;
    const message =
      second === undefined ? 'a patch that says nothing about a step' : 'a patch that says two things at once';
    context.report(place, {
      code: 'wrong-patch',
      message,
      expected: 'one of override, replace, remove, before, after',
      hint,
    });
    return [];
  }
  const schema = patchSchema.options.find((option) => verb in option.shape) ?? patchSchema;
  const inner = (path: readonly PropertyKey[]): boolean =>
    (path[0] === 'insert' && path.length > 1) ||
    (path[0] === 'by' && typeof value['by'] === 'object' && value['by'] !== null);
  const what = `a patch with \`${verb}\``;
  const valid = checkShape({ ...context, schema, value, what, place, ignores: (issue) => inner(issue.path) });
  const target = value[verb];
  if (!valid || typeof target !== 'string') return [];
  return [{ verb, target, value, place, targetPlace: context.origins.placeAt(value, verb, 'value') ?? place }];
};

const reportUnknown = (
  { report }: Context,
  { target, targetPlace }: Patch,
  { entries, removed }: { entries: readonly Entry[]; removed: ReadonlyMap<string, Place> },
): void => {
  const gone = removed.get(target);
  report(targetPlace, {
    code: 'unknown-step',
    message: gone ? `the step \`${target}\` is gone already` : `there is no step \`${target}\` to patch`,
    hint: didYouMean(
      target,
      entries.map((entry) => entry.id),
    ),
    related: gone ? [{ ...gone, message: 'it was removed or replaced here' }] : [],
  });
};
