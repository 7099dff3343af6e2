// Lets so many run at once; the rest wait by rank (highest first), and among equals in order of arrival.

export interface Limiter {
  run<T>(work: () => Promise<T>, rank?: number): Promise<T>;
}

export const createLimiter = (limit: number): Limiter => {
  const waiting: Waiting[] = [];
  let running = 0;
  let arrived = 0;
  const handOn = (): void => {
    const next = pop(waiting);
    if (next) next.start();
    else running -= 1;
  };
  return {
    async run(work, rank = 0) {
      if (running < limit) running += 1;
      else {
        arrived += 1;
        const order = arrived;
        await new Promise<void>((start) => push(waiting, { start, rank, order }));
      }
      try {
        return await work();
      } finally {
        // Whoever waits gets the place at the end of this turn of the event loop: what this end makes ready has joined the queue by
        // then, and often it is what the longest path goes on with. Until then the place counts as taken.
        if (waiting.length === 0) running -= 1;
        else setImmediate(handOn);
      }
    },
  };
};

interface Waiting {
  readonly start: () => void;
  readonly rank: number;
  readonly order: number;
}

const isBefore = (a: Waiting, b: Waiting): boolean => a.rank > b.rank || (a.rank === b.rank && a.order < b.order);

// A heap: ten thousand may wait, and each end must find the next one at once.
const push = (heap: Waiting[], item: Waiting): void => {
  let at = heap.push(item) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!swapIfBefore(heap, at, parent)) return;
    at = parent;
  }
};

const pop = (heap: Waiting[]): Waiting | undefined => {
  const first = heap[0];
  const last = heap.pop();
  if (!first || !last || heap.length === 0) return first;
  heap[0] = last;
  for (let at = 0; ; ) {
    const left = 2 * at + 1;
    const child = firstOf(heap, left, left + 1);
    if (child === undefined || !swapIfBefore(heap, child, at)) return first;
    at = child;
  }
};

const firstOf = (heap: readonly Waiting[], left: number, right: number): number | undefined => {
  const a = heap[left];
  const b = heap[right];
  if (!a) return undefined;
  return b && isBefore(b, a) ? right : left;
};

/** Puts the lower of two in its place; true when it was not there. */
const swapIfBefore = (heap: Waiting[], lower: number, upper: number): boolean => {
  const a = heap[lower];
  const b = heap[upper];
  if (!a || !b || !isBefore(a, b)) return false;
  heap[upper] = a;
  heap[lower] = b;
  return true;
};
