// What a probe must be beyond its shape: of a known kind, with the keys of that kind.
import { parseDuration } from '../core/duration.ts';
import { probeSchema } from '../core/schema/probe.ts';
import type { Context } from './context.ts';
import { isMap, type Plain } from './merge.ts';
import type { Place } from './source.ts';
import { checkTypeInput, nearestType } from './type-input.ts';

export const checkProbeList = (context: Context, list: unknown): void => {
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
export const checkTimes = (context: Context, list: unknown, key: string): void => {
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
