// Probes that ask the same thing at the same time share one answer. An answer counts for a look only if it was asked for
// after the moment from which that look must be fresh; those who come too late for one under way share the next.

interface Asked {
  /** Monotonic milliseconds. */
  readonly at: number;
  readonly answer: Promise<unknown>;
}

interface Line {
  latest?: Asked;
  underWay: boolean;
  next?: Promise<unknown>;
}

export class SharedAnswers {
  private readonly lines = new Map<string, Line>();
  private readonly monotonic: () => number;
  constructor(monotonic: () => number) {
    this.monotonic = monotonic;
  }

  /** The answer to `key` asked at or after `freshSince` (monotonic milliseconds). A failed answer is given to those who wait for it, and not kept. */
  ask<T>(key: string, freshSince: number, ask: () => Promise<T>): Promise<T> {
    const line = this.lines.get(key) ?? { underWay: false };
    this.lines.set(key, line);
    if (line.latest && line.latest.at >= freshSince) return line.latest.answer as Promise<T>;
    if (!line.underWay) return this.start(line, ask);
    // Many come while one question is under way; one more serves them all.
    line.next ??= (line.latest?.answer ?? Promise.resolve()).then(
      () => this.startNext(line, ask),
      () => this.startNext(line, ask),
    );
    return line.next as Promise<T>;
  }

  private startNext<T>(line: Line, ask: () => Promise<T>): Promise<T> {
    delete line.next;
    return this.start(line, ask);
  }

  private start<T>(line: Line, ask: () => Promise<T>): Promise<T> {
    const asked = { at: this.monotonic(), answer: ask() };
    line.latest = asked;
    line.underWay = true;
    const end = (): void => {
      if (line.latest === asked) line.underWay = false;
    };
    asked.answer.then(end, () => {
      end();
      if (line.latest === asked) delete line.latest;
    });
    return asked.answer;
  }
}
