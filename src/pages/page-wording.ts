// The words a page borrows from the views, so that it says the same as the terminal.
import { formatDuration } from '../core/quantity.ts';
import type { Wording } from '../report/page-parts.ts';
import { localMoment } from '../view/moment.ts';
import { cleanText } from '../view/text.ts';
import { outcomeWord, stepTitle, undoneText, whyEnded } from '../view/wording.ts';

export const pageWording: Wording = {
  title: ({ planned }) => stepTitle(planned),
  outcome: (row) =>
    row.outcome === undefined
      ? 'not run'
      : outcomeWord({ ...row, outcome: row.outcome, verdict: row.verdict ?? 'run' }),
  ended: (row) => cleanText(whyEnded(row)),
  undone: ({ undone }) => (undone === undefined ? undefined : undoneText(undone)),
  duration: formatDuration,
  moment: localMoment,
};
