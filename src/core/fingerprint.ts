// What counts as the definition of a step, as one canonical text, and how two definitions differ.
// Cosmetic keys (name, description, timeout, retry, health timing) are left out by the caller: only what changes the world is in.
import { isMap } from './maps.ts';
export interface Change {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** JSON with sorted keys, so that the order of keys in a file does not matter. */
export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const map = value as Record<string, unknown>;
  let text = '';
  for (const key of Object.keys(map).sort()) {
    const each = map[key];
    if (each !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonical(each)}`;
  }
  return `{${text}}`;
};

/** The leaves at which two definitions differ, by path: `with.nodes: 3 -> 5`, `run[2]: a -> b`. */
export const changes = (from: unknown, to: unknown, path = ''): readonly Change[] => {
  // A key that is there without a value is another thing than one that is not there.
  if ((from === undefined) === (to === undefined) && canonical(from) === canonical(to)) return [];
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length)
    return from.flatMap((each, index) => changes(each, to[index], `${path}[${index}]`));
  if (!isMap(from) || !isMap(to)) return [{ path, from, to }];
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return keys.flatMap((key) => changes(own(from, key), own(to, key), path === '' ? key : `${path}.${key}`));
};

/** A key of data may have the name of something every object inherits. */
const own = (map: Record<string, unknown>, key: string): unknown => (Object.hasOwn(map, key) ? map[key] : undefined);
