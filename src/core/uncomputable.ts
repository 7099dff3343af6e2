// What stands in a scope where a value would stand that nobody has seen whole.

/** An expression that reads it can't be computed, for this reason; one that does not read it can. */
export class Uncomputable {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}
