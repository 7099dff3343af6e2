// Words for what is wrong: the name that was probably meant, and messages of libraries as parts of sentences.

/** The candidate that differs least, if it is near enough to be a slip of the fingers. */
export const nearest = (name: string, candidates: Iterable<string>): string | undefined => {
  const limit = name.length < 2 ? 0 : Math.max(1, Math.floor(Math.min(name.length, longestName) / 3));
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const allowed = limit + (beginsAlike(name, candidate) ? 1 : 0);
    if (Math.abs(candidate.length - name.length) > allowed) continue;
    const distance = damerauLevenshtein(fold(name), fold(candidate));
    if (distance <= allowed && (best === undefined || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate;
};

/** The sentence for a hint; undefined when nothing is near. */
export const didYouMean = (name: string, candidates: Iterable<string>): string | undefined => {
  const found = nearest(name, candidates);
  return found === undefined ? undefined : `did you mean \`${found}\`?`;
};

/** Longer names are not allowed more slips than this length would be, which also bounds the work. */
const longestName = 24;

/** Endings are what one gets wrong of a word one knows: `leafs` is `leaves`. Numbers at the end tell things apart. */
const beginsAlike = (name: string, candidate: string): boolean => {
  const begin = fold(name).slice(0, Math.max(3, Math.ceil(name.length / 2)));
  return (
    begin.length < name.length && /[a-z]$/i.test(name) && /[a-z]$/i.test(candidate) && fold(candidate).startsWith(begin)
  );
};

/** Case and the kind of dash are the commonest slips of all. */
const fold = (name: string): string => name.toLowerCase().replaceAll('_', '-').slice(0, 200);

/** Insertions, deletions, substitutions and swaps of neighbours that lead from one to the other. */
export const damerauLevenshtein = (from: string, to: string): number => {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
};

/** `Did you mean deploy?`, or `There are: deploy, verify.` */
export const hintOf = (name: string, candidates: readonly string[]): string => {
  const near = nearest(name, candidates);
  if (near !== undefined) return `Did you mean ${near}?`;
  if (candidates.length === 0) return 'There are none.';
  const shown = candidates.slice(0, 12);
  const more = candidates.length - shown.length;
  return `There are: ${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}.`;
};

export const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);
