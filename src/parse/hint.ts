// What to say about a name that is not there: the nearest one, else all of them.
import { nearest } from './nearest.ts';

/** `Did you mean deploy?`, or `There are: deploy, verify.` */
export const hintOf = (name: string, candidates: readonly string[]): string => {
  const near = nearest(name, candidates);
  if (near !== undefined) return `Did you mean ${near}?`;
  if (candidates.length === 0) return 'There are none.';
  const shown = candidates.slice(0, 12);
  const more = candidates.length - shown.length;
  return `There are: ${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}.`;
};
