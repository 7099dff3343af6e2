// What a probe must be beyond its shape: of a known kind, with the keys of that kind.
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

const firstLine = (place: Place): Place => ({ ...place, end: Math.min(place.end, place.start + 1) });
