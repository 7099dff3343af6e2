// Answers of the echo service, and interface counters, read into numbers; and the sentence about traffic that leaves the fabric.
import * as z from 'zod';

/** Answers in the format of nginxdemos/hello:plain-text, one after another. */
export const countServers = (
  text: string,
): { readonly answers: number; readonly servers: Readonly<Record<string, number>> } => {
  const servers: Record<string, number> = {};
  let answers = 0;
  for (const [, name = ''] of text.matchAll(/^Server name: (\S+)$/gm)) {
    answers += 1;
    servers[name] = (servers[name] ?? 0) + 1;
  }
  return {
    answers,
    servers: Object.fromEntries(
      Object.entries(servers).sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true })),
    ),
  };
};

/**
 * How many of equally likely servers so many requests may leave out by chance alone: more are left out once in ten thousand times.
 * Those left out are about Poisson distributed, and rather fewer.
 */
export const leftOutByChance = (servers: number, requests: number): number => {
  const mean = servers * (1 - 1 / servers) ** requests;
  let most = 0;
  let term = Math.exp(-mean);
  for (let sum = term; most < servers - 1 && 1 - sum > 1e-4; sum += term) {
    most += 1;
    term *= mean / most;
  }
  return most;
};

/**
 * How often each of `askers` asks, so that a server that does not answer is met: all of them together leave out a given one of equally
 * likely servers once in a million times, and so does each by itself as long as 40 requests are enough for that.
 */
export const requestsToMeet = (servers: number, askers: number): number => {
  if (servers <= 1) return 1;
  const all = Math.ceil(Math.log(1e-6) / Math.log(1 - 1 / servers));
  return Math.max(Math.ceil(all / askers), Math.min(all, 40));
};

const link = z.looseObject({
  ifname: z.string(),
  stats64: z.looseObject({ rx: z.looseObject({ packets: z.int() }), tx: z.looseObject({ packets: z.int() }) }),
});

/** `@ NAMESPACE` and a line of `ip -s -j link show` each: packets both ways, by `namespace interface`. */
export const packetsIn = (text: string): ReadonlyMap<string, number> => {
  const packets = new Map<string, number>();
  let namespace = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('@ ')) namespace = line.slice(2);
    else if (line.startsWith('['))
      for (const { ifname, stats64 } of z.array(link).parse(JSON.parse(line)))
        packets.set(`${namespace} ${ifname}`, stats64.rx.packets + stats64.tx.packets);
  }
  return packets;
};

interface Cable {
  readonly name: string;
  readonly a: { readonly namespace: string; readonly interface: string };
}

/** Packets by cable that came between two counts; cables without any are left out. */
export const grownBy = (
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  cables: readonly Cable[],
): Readonly<Record<string, number>> => {
  const grown = cables.map(({ name, a }) => {
    const key = `${a.namespace} ${a.interface}`;
    return [name, (after.get(key) ?? 0) - (before.get(key) ?? 0)] as const;
  });
  return Object.fromEntries(grown.filter(([, packets]) => packets > 0));
};

/** In one sentence: did service traffic leave the fabric, and what would keep it inside. */
export const leakSentence = ({
  answers,
  count,
  outside,
  remedy,
}: {
  answers: number;
  count: number;
  outside: number;
  remedy: string;
}): string => `${answers} of ${count} requests answered; ${leak(outside, remedy)}`;

export const leak = (outside: number, remedy: string): string => {
  if (outside === 0) return 'no packet left the fabric';
  return `${outside} packets left the fabric over the management network${remedy === '' ? '' : `; ${remedy}`}`;
};
