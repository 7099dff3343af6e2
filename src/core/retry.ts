// When an attempt is followed by another, and after which pause.

export interface RetryPolicy {
  readonly attempts: number;
  readonly delayMs: number;
  readonly backoff: number;
  readonly maxDelayMs: number;
  /** 0 to 1: the share of the delay that is random. */
  readonly jitter: number;
  /** Budget in milliseconds over all attempts and pauses. */
  readonly withinMs: number;
}

export const noRetry: RetryPolicy = {
  attempts: 1,
  delayMs: 0,
  backoff: 1,
  maxDelayMs: Number.POSITIVE_INFINITY,
  jitter: 0,
  withinMs: Number.POSITIVE_INFINITY,
};

/** Milliseconds to wait after a failed attempt (counted from 1), or undefined when it was the last. `random` is in [0, 1). */
export const delayAfter = (
  policy: RetryPolicy,
  { attempt, elapsedMs, random }: { attempt: number; elapsedMs: number; random: number },
): number | undefined => {
  if (attempt >= policy.attempts) return undefined;
  const full = Math.min(policy.maxDelayMs, policy.delayMs * policy.backoff ** (attempt - 1));
  // One factor of at most 1: the sum of two parts may round to more than the whole.
  const delay = full * (1 - policy.jitter * (1 - random));
  return elapsedMs + delay > policy.withinMs ? undefined : delay;
};
