// Whether a text is an IP address or a prefix. What addresses mean for the network is fabric's business.

/** 4 or 6; undefined when it is no address. */
export const addressFamily = (text: string): 4 | 6 | undefined =>
  bytesOfV4(text) ? 4 : groupsOfV6(text) ? 6 : undefined;

/** What is wrong with a prefix; undefined when it is one. */
export const problemOfPrefix = (text: string): string | undefined => {
  const [address = '', length = '', ...rest] = text.split('/');
  const family = addressFamily(address);
  if (family === undefined || rest.length > 0 || !/^\d{1,3}$/.test(length)) return 'an address, a slash and a length';
  if (Number(length) > (family === 4 ? 32 : 128)) return `a length of at most ${family === 4 ? 32 : 128}`;
  const bits = bitsOf(address);
  return bits.slice(Number(length)).includes('1') ? `no bits set after the first ${length}` : undefined;
};

const bytesOfV4 = (text: string): readonly number[] | undefined => {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255))
    return undefined;
  return parts.map(Number);
};

/** Eight groups of 16 bits; a dotted tail counts as two. */
const groupsOfV6 = (text: string): readonly number[] | undefined => {
  const halves = text.split('::');
  if (halves.length > 2 || !text.includes(':')) return undefined;
  const [head, tail] = halves.map((half, index) => groupsOf(half, index === halves.length - 1));
  if (!head || (halves.length === 2 && !tail)) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  return missing >= 1 ? [...head, ...Array<number>(missing).fill(0), ...(tail ?? [])] : undefined;
};

/** The last half may end in a dotted address. */
const groupsOf = (text: string, last: boolean): readonly number[] | undefined => {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    const bytes = last && index === parts.length - 1 ? bytesOfV4(part) : undefined;
    if (bytes) groups.push((bytes[0] ?? 0) * 256 + (bytes[1] ?? 0), (bytes[2] ?? 0) * 256 + (bytes[3] ?? 0));
    else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
};

const bitsOf = (address: string): string => {
  const bytes = bytesOfV4(address);
  const [numbers, width] = bytes ? [bytes, 8] : [groupsOfV6(address) ?? [], 16];
  return numbers.map((number) => number.toString(2).padStart(width, '0')).join('');
};
