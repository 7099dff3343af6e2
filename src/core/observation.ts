// What a probe saw, once. It says so also when it could not look.
export interface Observation {
  /** What a person calls the fact: the probe's name, else its kind and target. */
  readonly probe: string;
  readonly holds: boolean;
  /** What was seen, in a few words: `2 of 4 Established`, `exit 1: no such container`. */
  readonly saw: string;
  /** Why the look itself failed, when it did; then `holds` is false. */
  readonly error?: string;
  /** The author's words for a fact that does not hold. */
  readonly message?: string;
  /** Values expressions and pages may read; kept small. */
  readonly data?: unknown;
}
