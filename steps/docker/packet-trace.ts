// What tcpdump printed at several points while requests were made: packets by point, and in one sentence whether any left the fabric. Pure.

/** One line of `tcpdump -nn -q`: who to whom. An encapsulated packet is told on a second line, which belongs to the first. */
export interface Packet {
  readonly from: string;
  readonly to: string;
}

export const packetsIn = (text: string): readonly Packet[] =>
  [...text.matchAll(/^\d\d:\d\d:\d\d\.\d+ .*?\bIP6? (\S+) > (\S+?):/gm)].map(([, from = '', to = '']) => ({
    from,
    to,
  }));

/** Without its port: 192.168.49.2.40240 is 192.168.49.2. */
const host = (endpoint: string): string => /^(\d+\.\d+\.\d+\.\d+)\.\d+$/.exec(endpoint)?.[1] ?? endpoint;

export interface PointCount {
  readonly name: string;
  readonly role: 'fabric' | 'outside';
  readonly packets: number;
  /** Who spoke to whom there, the busiest first. */
  readonly flows: readonly string[];
}

export const countAt = (point: { name: string; role: PointCount['role'] }, text: string): PointCount => {
  const packets = packetsIn(text);
  const flows = new Map<string, number>();
  for (const { from, to } of packets) {
    const flow = `${host(from)} > ${host(to)}`;
    flows.set(flow, (flows.get(flow) ?? 0) + 1);
  }
  const busiest = [...flows].sort(([, a], [, b]) => b - a).map(([flow, count]) => `${flow} (${count})`);
  return { name: point.name, role: point.role, packets: packets.length, flows: busiest.slice(0, 6) };
};

/** Did service traffic leave the fabric, where, and what would keep it inside. */
export const verdictOf = (
  counts: readonly PointCount[],
  { answered, asked, remedy }: { answered: number; asked: number; remedy: string },
): string => {
  const requests = `${answered} of ${asked} requests answered`;
  const outside = counts.filter(({ role, packets }) => role === 'outside' && packets > 0);
  const inside = sum(counts.filter(({ role }) => role === 'fabric'));
  if (outside.length === 0)
    return `${requests}; no packet of the service left the fabric (${inside} were seen on its links).`;
  const places = outside.map(({ name, packets }) => `${name} ${packets}`).join(', ');
  const [flow] = outside.flatMap(({ flows }) => flows);
  const example = flow === undefined ? '' : `, such as ${flow.replace(/ \(\d+\)$/, '')}`;
  return `${requests}; ${sum(outside)} packets of the service left the fabric (${places})${example}.${remedy === '' ? '' : ` ${remedy}`}`;
};

const sum = (counts: readonly PointCount[]): number => counts.reduce((total, { packets }) => total + packets, 0);
