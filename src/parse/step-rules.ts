// What is asked of a step and of a probe beyond their shape.
import { isMap } from '../core/maps.ts';
import { parseDuration } from '../core/quantity.ts';
import { probeSchema } from '../core/schema/probe.ts';
import { stepSchema } from '../core/schema/step.ts';
import type { Context } from './context.ts';
import type { Plain } from './merge.ts';
import { didYouMean } from './nearest.ts';
import type { Key } from './origins.ts';
import { probeLists } from './shared-probes.ts';
import type { Finding, Place } from './source.ts';
import { checkSpelling } from './spelling.ts';
import { checkTypeInput, nearestType } from './type-input.ts';

const actions = ['run', 'shell', 'uses'] as const;

/** One with a key nobody knows may well have meant to do something; that key is told already. */
const isIdle = (step: Plain): boolean =>
  !actions.some((action) => action in step) &&
  !Array.isArray(step['health']) &&
  !Array.isArray(step['satisfied']) &&
  Object.keys(step).every((key) => key in stepSchema.shape);

export const checkStepRules = (context: Context, step: Plain, concurrencyGroups: ReadonlySet<string>): void => {
  checkAction(context, step, 'a step');
  if (isIdle(step)) {
    reportAt(context, step, 'id', {
      code: 'no-action',
      message: `\`${step['id']}\` does nothing and proves nothing`,
      expected: 'run, shell, uses or health',
    });
  }
  const { undo } = step;
  if (isMap(undo)) {
    checkAction(context, undo, 'an undo');
    if (!actions.some((action) => action in undo)) {
      reportAt(
        context,
        step,
        'undo',
        { code: 'no-action', message: '`undo` does nothing', expected: 'run, shell or uses' },
        'key',
      );
    }
    checkProbeList(context, undo['absent']);
  }
  for (const key of probeLists) {
    checkProbeList(context, step[key]);
    checkTimes(context, step[key], key);
  }
  // Each item names a child, in text.
  checkSpelling(context, step, 'foreach');
  checkForeachKeys(context, step);
  checkGroup(context, step, concurrencyGroups);
};

const checkAction = (context: Context, owner: Plain, what: string): void => {
  const found = actions.filter((action) => action in owner);
  if (found.length > 1) reportSeveral(context, owner, { found, what });
  const { uses } = owner;
  if ('with' in owner && uses === undefined) {
    reportAt(
      context,
      owner,
      'with',
      { code: 'with-without-uses', message: '`with` without `uses`', expected: 'a step type that it is the input of' },
      'key',
    );
  }
  if (typeof uses === 'string') checkUses(context, owner, uses);
  for (const key of ['run', 'env']) checkSpelling(context, owner, key);
};

/** Shown at the one that came last: at the override's, when one was inherited. */
const reportSeveral = (
  { origins, report }: Context,
  owner: Plain,
  { found, what }: { found: readonly string[]; what: string },
): void => {
  const home = origins.placeOf(owner)?.source;
  const places = found.flatMap((action) => {
    const place = origins.placeAt(owner, action, 'key');
    return place ? [{ ...place, action }] : [];
  });
  const [first, second] = places.sort(
    (a, b) => Number(b.source === home) - Number(a.source === home) || a.start - b.start,
  );
  if (!first || !second) return;
  const message = `${what} with both \`${first.action}\` and \`${second.action}\``;
  const hint =
    first.source === second.source ? 'keep one of them' : `\`${first.action}: null\` takes the inherited one away`;
  report(second, { code: 'several-actions', message, hint, related: [{ ...first, message: 'the other one is here' }] });
};

const checkUses = (context: Context, owner: Plain, uses: string): void => {
  const { catalogue } = context.request;
  const type = catalogue.steps.get(uses);
  if (!type) {
    reportAt(context, owner, 'uses', {
      code: 'unknown-step-type',
      message: `there is no step type \`${uses}\``,
      hint: nearestType(uses, catalogue.steps.keys()),
    });
    return;
  }
  const input = owner['with'] ?? {};
  if (!isMap(input)) return;
  const place = context.origins.placeAt(owner, 'with' in owner ? 'with' : 'uses', 'with' in owner ? 'key' : 'value');
  if (place) checkTypeInput(context, { schema: type.input, value: input, what: `\`with\` of ${uses}`, place });
};

const checkForeachKeys = (context: Context, step: Plain): void => {
  if (step['foreach'] !== undefined) return;
  if ('key' in step) {
    reportAt(context, step, 'key', { code: 'needs-foreach', message: '`key` without `foreach`' }, 'key');
  }
  if (typeof step['concurrency'] !== 'number') return;
  const hint = 'only children can be limited in number; a group is named by text';
  const finding = { code: 'needs-foreach', message: '`concurrency` with a number, without `foreach`', hint };
  reportAt(context, step, 'concurrency', finding, 'key');
};

const checkGroup = (context: Context, step: Plain, groups: ReadonlySet<string>): void => {
  const { concurrency } = step;
  if (typeof concurrency !== 'string' || groups.has(concurrency)) return;
  const hint = didYouMean(concurrency, groups) ?? 'groups stand under `concurrency.groups` of the workflow';
  const finding = { code: 'unknown-group', message: `there is no concurrency group \`${concurrency}\``, hint };
  reportAt(context, step, 'concurrency', finding);
};

const reportAt = (
  context: Context,
  container: object,
  key: Key,
  finding: Finding,
  where: 'key' | 'value' = 'value',
): void => {
  const place = context.origins.placeAt(container, key, where) ?? context.origins.placeOf(container);
  if (place) context.report(place, finding);
};

const checkProbeList = (context: Context, list: unknown): void => {
  if (Array.isArray(list)) for (const probe of list) if (isMap(probe)) checkProbe(context, probe);
};

/** The kind of a probe, and the keys that belong to its kind. */
export const checkProbe = (context: Context, probe: Plain): void => {
  const { catalogue } = context.request;
  const kind = probe['probe'];
  const place = context.origins.placeAt(probe, 'probe', 'value') ?? context.origins.placeOf(probe);
  if (!place) return;
  if (typeof kind !== 'string') {
    if (typeof probe['use'] !== 'string')
      context.report(firstLine(place), {
        code: 'no-probe',
        message: 'a probe without a kind',
        expected: '`probe` with a kind, or `use` with the name of a shared probe',
        hint: 'run' in probe ? 'add `probe: command`' : undefined,
      });
    return;
  }
  const type = catalogue.probes.get(kind);
  if (!type) {
    context.report(place, {
      code: 'unknown-probe-kind',
      message: `there is no probe kind \`${kind}\``,
      hint: nearestType(kind, catalogue.probes.keys()),
    });
    return;
  }
  const own: Plain = {};
  for (const [key, value] of Object.entries(probe)) if (!(key in probeSchema.shape)) own[key] = value;
  context.origins.rest(own, probe);
  checkTypeInput(context, { schema: type.input, value: own, what: `a ${kind} probe`, place });
};

/** Milliseconds a probe is given when it does not say `within`. */
const usualWithin: Readonly<Record<string, number>> = { preconditions: 0, health: 30_000 };

/** A fact that has to hold for longer than anyone waits for it can not be proved, and each run would fail by it. */
const checkTimes = (context: Context, list: unknown, key: string): void => {
  const usual = usualWithin[key];
  if (usual === undefined || !Array.isArray(list)) return;
  for (const probe of list) if (isMap(probe)) checkFor(context, probe, usual);
};

const checkFor = (context: Context, probe: Plain, usual: number): void => {
  const forMs = literal(probe['for']);
  const withinMs = probe['within'] === undefined ? usual : literal(probe['within']);
  if (forMs === undefined || withinMs === undefined || forMs <= withinMs) return;
  const place = context.origins.placeAt(probe, 'for', 'value');
  if (!place) return;
  const given = probe['within'] === undefined ? `is ${withinMs / 1000}s when nothing is said` : `is ${probe['within']}`;
  context.report(place, {
    code: 'never-long-enough',
    message: `it can not hold for ${probe['for']} within the time it is given: \`within\` ${given}`,
    hint: `give it more: \`within\` counts from the first look, \`for\` from when it holds`,
  });
};

const literal = (value: unknown): number | undefined => (typeof value === 'string' ? parseDuration(value) : undefined);

const firstLine = (place: Place): Place => ({ ...place, end: Math.min(place.end, place.start + 1) });
