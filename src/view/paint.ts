// The few roles colour has here. Colour repeats what the words say and never says it alone.
import { styleText } from 'node:util';

export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  /** What runs. */
  live(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
}

/** Roles as colours, or as the bare text when colour is not wanted. */
export const createPaint = (color: boolean): Paint => {
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    color && text !== '' ? styleText(format, text, { validateStream: false }) : text;
  return {
    good: style('green'),
    bad: style('red'),
    warn: style('yellow'),
    live: style('cyan'),
    dim: style('dim'),
    strong: style('bold'),
  };
};
