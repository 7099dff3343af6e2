// The facts a run yielded as they are shown: those without a value are left out, and of those that are kept nowhere it is said.

interface Facts {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly withheld?: readonly string[] | undefined;
}

export const factEntries = (yielded: Facts | undefined): readonly (readonly [string, unknown])[] => {
  const { facts = {}, withheld = [] } = yielded ?? {};
  const known = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined);
  return [...known, ...withheld.map((name) => [name, '(holds a secret, which is kept nowhere)'] as const)];
};
