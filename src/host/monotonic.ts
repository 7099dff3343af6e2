/** Milliseconds on a clock that nobody sets. `performance` tells the same, and is nine modules of Node that nothing else here needs. */
export const monotonicMs = (): number => process.uptime() * 1000;
