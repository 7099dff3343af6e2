// Many cases, a few at a time: each is a process or two.
export const forEachOf = async <T>(
  items: readonly T[],
  act: (item: T, index: number) => Promise<void>,
): Promise<void> => {
  const queue = [...items.entries()];
  await Promise.all(
    Array.from({ length: 3 }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await act(next[1], next[0]);
    }),
  );
};

/** Every third of the slower matrices, and all of them with FAULTS=all. */
export const some = <T>(moments: readonly T[]): readonly T[] =>
  process.env['FAULTS'] === 'all' ? moments : moments.filter((_, index) => index % 3 === 0);
