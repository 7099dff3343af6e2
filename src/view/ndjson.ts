// `--json`: every event as one line of JSON, as the journal has it, and what the journal does not keep (`step.output`, `step.looked`).
import { eventVersion, type RunEvent } from '../core/event.ts';
import type { View, ViewContext } from './view.ts';

/** The event with `v`, the version of its shape, as its last key; the journal uses the same name. */
const encodeEvent = (event: RunEvent): string => `${safeJson({ ...event, v: eventVersion })}\n`;

/** JSON in which also the control characters stand escaped that JSON lets through as they are (DEL and C1). */
export const safeJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f]/g,
    (control) => `\\u00${control.charCodeAt(0).toString(16)}`,
  );

export const createNdjson = ({ out }: Pick<ViewContext, 'out'>): View => ({
  on: (event) => void out.write(encodeEvent(event)),
  close: async () => {},
});
