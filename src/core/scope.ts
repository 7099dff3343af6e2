// What the scope of a run means for what its success says.
import type { Scope } from './event.ts';

/** True when a run is about some steps only, or only looks: its success says nothing of the other steps. */
export const isPartial = ({ only, from, until, undo, adopt }: Scope): boolean =>
  only !== undefined || from !== undefined || until !== undefined || undo !== undefined || adopt === true;
