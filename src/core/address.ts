// Addresses of steps and of the children of lists, and what renamed steps were called before.

export const childAddress = (step: string, key: string): string => `${step}[${key}]`;

/** The parts of an address; key is undefined for a whole step. */
export const parseAddress = (address: string): { readonly step: string; readonly key?: string } => {
  if (!address.endsWith(']')) return { step: address };
  const match = /^([^[]+)\[(.*)\]$/s.exec(address);
  return match?.[1] !== undefined && match[2] !== undefined ? { step: match[1], key: match[2] } : { step: address };
};

/** Whether an address is meant by a selector: itself, or its whole step. */
export const isMeantBy = (address: string, selector: string): boolean =>
  address === selector || parseAddress(address).step === selector;

/** From an earlier id to the one of now. */
export type Renames = ReadonlyMap<string, string>;

interface Named {
  readonly id: string;
  readonly was?: string | readonly string[] | undefined;
}

/** An earlier id that another step has now means that step, and no longer the renamed one. */
export const renamesOf = (steps: readonly Named[]): Renames => {
  const renamed = steps.filter(({ was }) => was !== undefined);
  if (renamed.length === 0) return new Map();
  const ids = new Set(steps.map(({ id }) => id));
  const pairs = renamed.flatMap(({ id, was = [] }) => [was].flat().map((old) => [old, id] as const));
  return new Map(pairs.filter(([old]) => !ids.has(old)));
};

/** The address of now; as it is when its step was not renamed. */
export const renamedAddress = (renames: Renames, address: string): string => {
  const { step, key } = parseAddress(address);
  const id = renames.get(step);
  if (id === undefined) return address;
  return key === undefined ? id : childAddress(id, key);
};
