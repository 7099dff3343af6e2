// IP arithmetic: reads prefixes, counts through them and writes addresses. Which pool serves what is decided elsewhere.

export type Prefix = { text: string; base: number; length: number; size: number };

/** A prefix as it is written, or nothing when the text is none. Host bits must be zero: `10.0.1.5/24` is refused. */
export function prefix(text: string): Prefix | undefined {
  const match = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(text);
  const base = ipv4(match?.[1] ?? '');
  const length = Number(match?.[2]);
  if (base === undefined || length > 32) return undefined;
  const size = 2 ** (32 - length);
  return base % size === 0 ? { text, base, length, size } : undefined;
}

export function ipv4(text: string): number | undefined {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) < 256)) {
    return undefined;
  }
  return octets.reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

/** The address `offset` places into the prefix. The caller has made sure that it lies inside. */
export function addressAt(pool: Prefix, offset: number): string {
  return octetsOf(pool.base + offset).join('.');
}

/** The `index`-th prefix of the given length inside the pool, counted from 0. */
export function subnetAt(pool: Prefix, length: number, index: number): Prefix {
  const size = 2 ** (32 - length);
  const base = pool.base + index * size;
  return { text: `${octetsOf(base).join('.')}/${length}`, base, length, size };
}

export function contains(outer: Prefix, inner: Prefix): boolean {
  return inner.base >= outer.base && inner.base + inner.size <= outer.base + outer.size;
}

export function overlaps(a: Prefix, b: Prefix): boolean {
  return a.base < b.base + b.size && b.base < a.base + a.size;
}

/** The smallest prefix that holds all of them. */
export function enclosing(pools: readonly Prefix[]): Prefix {
  const first = Math.min(...pools.map((pool) => pool.base));
  const last = Math.max(...pools.map((pool) => pool.base + pool.size - 1));
  let length = 32;
  while (length > 0 && Math.floor(first / 2 ** (32 - length)) !== Math.floor(last / 2 ** (32 - length))) length -= 1;
  const size = 2 ** (32 - length);
  return subnetAt({ text: '', base: first - (first % size), length, size }, length, 0);
}

/** 10.0.1.7 behind 2001:1600:0:100b::/64 is 2001:1600:0:100b:10:0:1:7: the decimal digits are kept, so people can read it. */
export function embedded6(prefix6: string, address: string): string {
  const groups = [...prefix6.replace('::/64', '').split(':'), ...address.split('.')];
  const { start, length } = longestZeros(groups);
  // RFC 5952 leaves out the longest run of zero groups; routers print addresses that way and checks compare text.
  if (length < 2) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

function longestZeros(groups: string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  groups.forEach((group, index) => {
    if (group !== '0') start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  });
  return best;
}

/** A locally administered MAC that carries an IPv4 address, hence unique where the address is. */
export function macOf(address: string): string {
  return ['02', '00', ...address.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'))].join(':');
}

function octetsOf(value: number): number[] {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256);
}
