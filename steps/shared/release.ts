// Version numbers of products, as far as decisions need them: read from text, and compared. What follows from a version is decided by product.

/** Major, minor, patch; a missing part is 0. */
export type Release = readonly [number, number, number];

/** The first thing in a text that looks like a version: `v1.18.2`, `23.7.1`, `25.10.4-336`; undefined when there is none. */
export const releaseIn = (text: string): Release | undefined => {
  const match = /(?<![\d.])v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] : undefined;
};

/** Whether `version` is at least `least`; a text that holds no version is not. */
export const isAtLeast = (version: string, least: string): boolean => {
  const [have, want] = [releaseIn(version), releaseIn(least)];
  if (!have || !want) return false;
  const at = have.findIndex((part, index) => part !== want[index]);
  return at === -1 || (have[at] ?? 0) > (want[at] ?? 0);
};

/** `1.18` of `v1.18.14`: what products tie their interfaces to. */
export const minorOf = (version: string): string => (releaseIn(version) ?? [0, 0]).slice(0, 2).join('.');
