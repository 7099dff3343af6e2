// Decides whether a fabric of the asked size and with these pools can exist. Where things then go is left to the builders.
import { addressAt, contains, ipv4, overlaps, type Prefix, prefix } from './addresses.ts';
import type { Settings } from './fabric-inputs.ts';

const poolNames = ['leafLoopbacks', 'spineLoopbacks', 'subnetA', 'subnetB', 'pods', 'vipPool', 'mgmt', 'pins'] as const;
type PoolName = (typeof poolNames)[number];
export type Pools = Record<PoolName | 'fabricPrefix', Prefix>;

/** Ports 1..48 of a leaf face hosts (odd: nodes, even: clients), those from 49 face spines. */
export const hostPortsPerKind = 24;
/** First host of a subnet is .11, as in the original lab; pods count from .101. */
export const hostOffset = 10;
export const podOffset = 100;
export const podPrefixLength = 24;

const takenNames = /^((spine|leaf|client)\d+|leaf\d+-vrf|pod\d+-\d+|mgmt)$/;

export function poolsOf(settings: Settings): Pools {
  const read = (name: PoolName | 'fabricPrefix'): [string, Prefix] => {
    const value = prefix(settings[name]);
    if (value === undefined) throw new RangeError(`${name}=${settings[name]} is not an IPv4 prefix.`);
    return [name, value];
  };
  return Object.fromEntries([...poolNames, 'fabricPrefix' as const].map(read)) as Pools;
}

/** Throws a RangeError with a sentence that names the input to change. */
export function demandRoom(settings: Settings, pools: Pools): void {
  demand(!takenNames.test(settings.cluster), `cluster=${settings.cluster} is also the name of another device.`);
  demandDisjoint(pools);
  demandHosts(settings, pools);
  demandPorts(settings);
  demandAsNumbers(settings);
  const vip = settings.vip ?? addressAt(pools.vipPool, vipOffset);
  const value = ipv4(vip) ?? -1;
  demand(inside(pools.vipPool, value), `vip=${vip} is not an address of vipPool ${pools.vipPool.text}.`);
  const room = settings.mtu - vxlanOverhead;
  demand(
    settings.accessMtu <= room,
    `accessMtu=${settings.accessMtu} does not fit into mtu=${settings.mtu} with ${vxlanOverhead} bytes of VXLAN around it.`,
  );
  for (const name of ['subnetA', 'subnetB'] as const) {
    demand(
      contains(pools.fabricPrefix, pools[name]),
      `${name}=${pools[name].text} is outside fabricPrefix ${pools.fabricPrefix.text}, so nodes would not reach it.`,
    );
  }
}

export const vipOffset = 10;
export const vxlanOverhead = 50;

/** How the pins of one route reflector are spaced: 256 keeps them readable, more leaves need more. */
export function pinStride(leaves: number): number {
  return Math.max(256, 2 ** Math.ceil(Math.log2(leaves + 1)));
}

function demandDisjoint(pools: Pools): void {
  poolNames.forEach((name, index) => {
    for (const other of poolNames.slice(index + 1)) {
      demand(
        !overlaps(pools[name], pools[other]),
        `${name}=${pools[name].text} and ${other}=${pools[other].text} overlap.`,
      );
    }
  });
}

function demandHosts(settings: Settings, pools: Pools): void {
  const fits: [keyof Settings & string, PoolName, number][] = [
    ['leaves', 'leafLoopbacks', 0],
    ['spines', 'spineLoopbacks', 0],
    ['nodes', 'subnetA', hostOffset],
    ['clients', 'subnetB', hostOffset],
    ['nodes', 'mgmt', 1],
  ];
  for (const [input, name, offset] of fits) {
    // The last address of a subnet is its broadcast address.
    const room = Math.max(0, pools[name].size - 2 - offset);
    demand(
      Number(settings[input]) <= room,
      `${input}=${settings[input]} does not fit ${name}=${pools[name].text}, which has room for ${room}.`,
    );
  }
  const podSubnets = Math.floor(pools.pods.size / 2 ** (32 - podPrefixLength));
  demand(
    settings.nodes <= podSubnets,
    `nodes=${settings.nodes} needs a /${podPrefixLength} each, and pods=${pools.pods.text} has ${podSubnets}.`,
  );
  const pods = 2 ** (32 - podPrefixLength) - 2 - podOffset;
  demand(
    settings.podsPerNode <= pods,
    `podsPerNode=${settings.podsPerNode} does not fit a /${podPrefixLength}, which has room for ${pods}.`,
  );
  const pinned = (settings.spines + 1) * pinStride(settings.leaves);
  demand(
    pinned <= pools.pins.size,
    `spines=${settings.spines} with leaves=${settings.leaves} needs ${pinned} pins, and pins=${pools.pins.text} has ${pools.pins.size}.`,
  );
}

function demandPorts(settings: Settings): void {
  for (const input of ['nodes', 'clients'] as const) {
    const room = settings.leaves * hostPortsPerKind;
    demand(
      settings[input] <= room,
      `${input}=${settings[input]} needs more ports than leaves=${settings.leaves} have (${hostPortsPerKind} each, ${room} together).`,
    );
  }
}

function demandAsNumbers(settings: Settings): void {
  const { leafAsBase, leaves, spineAs, overlayAs, tenantAs } = settings;
  const last = leafAsBase + leaves - 1;
  for (const [input, value] of Object.entries({ spineAs, overlayAs, tenantAs })) {
    const taken = value >= leafAsBase && value <= last;
    demand(
      !taken,
      `leaves=${leaves} from leafAsBase=${leafAsBase} take AS ${leafAsBase} to ${last}, which is also ${input}=${value}.`,
    );
  }
  demand(spineAs !== overlayAs, `spineAs=${spineAs} and overlayAs must differ: a spine speaks for both.`);
}

function inside(pool: Prefix, address: number): boolean {
  return address >= pool.base && address < pool.base + pool.size;
}

function demand(holds: boolean, otherwise: string): void {
  if (!holds) throw new RangeError(otherwise);
}
