/** Whether a map has anything in it, without a list of its keys: that is asked for each of ten thousand steps. */
export const hasKeys = (map: Readonly<Record<string, unknown>>): boolean => {
  for (const _ in map) return true;
  return false;
};
