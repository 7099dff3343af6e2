// Versions as tools print them, and the ranges a variant file asks for.

/** The first thing in a text that looks like a version: 1.2, v1.2.3. */
export const versionIn = (text: string): string | undefined => /\bv?(\d+\.\d+(?:\.\d+)?)/.exec(text)?.[1];

/** Whether a version is in a range such as `>=0.44.0 <2`; parts are joined by spaces. */
export const satisfies = (version: string, range: string): boolean =>
  range
    .split(/\s+/)
    .filter((part) => part !== '')
    .every((part) => {
      const [, operator = '=', wanted = '0'] = /^(>=|<=|>|<|=)?v?([\d.]+)$/.exec(part) ?? [];
      const order = compareVersions(version, wanted);
      if (operator === '>=') return order >= 0;
      if (operator === '<=') return order <= 0;
      if (operator === '>') return order > 0;
      if (operator === '<') return order < 0;
      // `=1.29` means any 1.29.x.
      return `${version}.`.startsWith(`${wanted}.`);
    });

/** Negative, zero or positive, part by part; a missing part counts as 0. */
export const compareVersions = (a: string, b: string): number => {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let at = 0; at < 3; at += 1) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};
