// `--quiet`: only what went wrong, and warnings. The ending is written by whoever ends the run.
import { eventText } from './event-text.ts';
import { createPaint } from './paint.ts';
import { RunModel } from './run-model.ts';
import type { View, ViewContext } from './view.ts';

export const createQuiet = (context: ViewContext): View => {
  const model = new RunModel(context);
  const paint = createPaint(context.color);
  return {
    model,
    on(event) {
      model.add(event);
      const isWrong =
        (event.type === 'step.finished' && event.outcome === 'failed') ||
        (event.type === 'step.undone' && event.outcome === 'failed') ||
        (event.type === 'notice' && event.level === 'warning');
      const told = isWrong ? eventText(event, model) : undefined;
      if (told) context.err.write(`${paint[told.tone === 'bad' ? 'bad' : 'warn'](told.word)}: ${told.text}\n`);
    },
    close: async () => {},
  };
};
