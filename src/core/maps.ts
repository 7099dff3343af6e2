// Maps as YAML and JSON have them.

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a map has anything in it, without a list of its keys: that is asked for each of ten thousand steps. */
export const hasKeys = (map: Readonly<Record<string, unknown>>): boolean => {
  for (const _ in map) return true;
  return false;
};
