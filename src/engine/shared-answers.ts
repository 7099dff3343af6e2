// Probes that ask the same thing at the same time share one answer. An answer counts for a look only if it was asked for
// after the moment from which that look must be fresh.

export class SharedAnswers {
  private readonly answers = new Map<string, { readonly askedAt: number; readonly answer: Promise<unknown> }>();
  private readonly monotonic: () => number;
  constructor(monotonic: () => number) {
    this.monotonic = monotonic;
  }

  /** The answer to `key` asked at or after `freshSince` (monotonic milliseconds). A failed ask is not kept. */
  ask<T>(key: string, freshSince: number, ask: () => Promise<T>): Promise<T> {
    const known = this.answers.get(key);
    if (known && known.askedAt >= freshSince) return known.answer as Promise<T>;
    const answer = ask();
    this.answers.set(key, { askedAt: this.monotonic(), answer });
    answer.catch(() => {
      if (this.answers.get(key)?.answer === answer) this.answers.delete(key);
    });
    return answer;
  }
}
