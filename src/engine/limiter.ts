// Lets so many run at once; the rest wait in order of arrival, or of rank where one is given (highest first).

export interface Limiter {
  run<T>(work: () => Promise<T>, rank?: number): Promise<T>;
}

export const createLimiter = (limit: number): Limiter => {
  const waiting: { start: () => void; rank: number }[] = [];
  let running = 0;
  const next = (): void => {
    if (running >= limit || waiting.length === 0) return;
    const best = waiting.reduce((at, each, index) => (each.rank > (waiting[at]?.rank ?? 0) ? index : at), 0);
    running += 1;
    waiting.splice(best, 1)[0]?.start();
  };
  return {
    async run(work, rank = 0) {
      if (running < limit) running += 1;
      else await new Promise<void>((start) => waiting.push({ start, rank }));
      try {
        return await work();
      } finally {
        running -= 1;
        next();
      }
    },
  };
};
