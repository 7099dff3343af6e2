// Addresses: `id` is a step, `id[key]` one child of a foreach step.

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
