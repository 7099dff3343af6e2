// An answer that is often there at once: promises for ten thousand steps that have nothing to wait for take longer than the answers.

export type Sooner<T> = T | Promise<T>;

/** What follows from it, at once as well if it is there. */
export const soon = <T, U>(value: Sooner<T>, next: (value: T) => Sooner<U>): Sooner<U> =>
  value instanceof Promise ? value.then(next) : next(value);
