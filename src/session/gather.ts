// Gathers what is written in one turn of the event loop: thousands of lines that come at once are no thousands of system calls.
import type { Output } from '../view/view.ts';

export interface Gathered extends Output {
  flush(): void;
}

/** Nothing is lost when the process exits meanwhile. */
export const gather = (out: Output): Gathered => {
  let texts: string[] = [];
  let scheduled: NodeJS.Immediate | undefined;
  const flush = (): void => {
    clearImmediate(scheduled);
    scheduled = undefined;
    process.off('exit', flush);
    if (texts.length > 0) out.write(texts.join(''));
    texts = [];
  };
  return {
    write(text) {
      texts.push(text);
      if (scheduled) return;
      scheduled = setImmediate(flush);
      process.on('exit', flush);
    },
    flush,
  };
};
