// `--json`: every event as one line of JSON, as the journal has it, and what the journal does not keep (`step.output`, `step.looked`).
import { eventVersion, type RunEvent } from '../core/event.ts';
import type { View, ViewContext } from './view.ts';

/** The event with `v`, the version of its shape, as its last key; the journal uses the same name. */
const encodeEvent = (event: RunEvent): string => `${JSON.stringify({ ...event, v: eventVersion })}\n`;

export const createNdjson = ({ out }: Pick<ViewContext, 'out'>): View => ({
  on: (event) => void out.write(encodeEvent(event)),
  close: async () => {},
});
