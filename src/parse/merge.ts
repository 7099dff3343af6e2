// Lays one map over another: maps merge key by key, anything else replaces, null takes the key away.
import { isMap } from '../core/maps.ts';
import type { Key, Origins } from './origins.ts';

export type Plain = Record<string, unknown>;

export interface Merge {
  readonly origins: Origins;
  /** Whether the map at this path is replaced as a whole. */
  readonly replaces?: (path: readonly string[], base: Plain, over: Plain) => boolean;
  /** Told of a null that takes nothing away. */
  readonly removesNothing?: (over: object, key: Key, known: readonly string[]) => void;
}

/** A new map; neither of the two is changed. Depth is limited by what document.ts lets through. */
export const mergeMaps = (base: Plain, over: Plain, merge: Merge, path: readonly string[] = []): Plain => {
  const merged: Plain = { ...base };
  merge.origins.rest(merged, base);
  for (const [key, value] of Object.entries(over)) {
    if (value === null) {
      if (!Object.hasOwn(merged, key)) merge.removesNothing?.(over, key, Object.keys(base));
      delete merged[key];
      continue;
    }
    const before = Object.hasOwn(base, key) ? base[key] : undefined;
    const below = [...path, key];
    const joins = isMap(value) && isMap(before) && !merge.replaces?.(below, before, value);
    merged[key] = joins ? mergeMaps(before, value, merge, below) : value;
    merge.origins.lend(merged, key, over);
  }
  return merged;
};

/** Inputs of another type, probes of another kind and secrets from another place are other things, not changed ones. */
export const sharesReplace = (path: readonly string[], base: Plain, over: Plain): boolean => {
  if (path.length !== 2) return false;
  const differs = (key: string): boolean => over[key] !== undefined && over[key] !== base[key];
  switch (path[0]) {
    case 'secrets':
      return true;
    case 'inputs':
      return differs('type');
    case 'probes':
      return differs('probe') || differs('use');
    default:
      return false;
  }
};
