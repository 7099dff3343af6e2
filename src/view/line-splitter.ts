// Makes whole lines of chunks of output, one remainder a stream, and never holds more than a line may be long.
import { cleanLine } from './text.ts';

const longestLine = 2000;

export class LineSplitter {
  private readonly rest = new Map<string, string>();

  /** The lines a chunk completes, made safe to print. */
  push(stream: string, text: string): readonly string[] {
    const parts = ((this.rest.get(stream) ?? '') + text).split('\n');
    const last = parts.pop() ?? '';
    if (last.length > longestLine) parts.push(last);
    this.rest.set(stream, last.length > longestLine ? '' : last);
    return parts.map(cleanLine).filter((line) => line.trim() !== '');
  }

  /** What is left without an end of line. */
  flush(): readonly string[] {
    const left = [...this.rest.values()].map(cleanLine).filter((line) => line.trim() !== '');
    this.rest.clear();
    return left;
  }
}
