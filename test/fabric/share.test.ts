import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/input-error.ts';
import { type Fabric, fabric } from '../../src/fabric/fabric.ts';
import type { FabricInputs } from '../../src/fabric/fabric-inputs.ts';
import type { Share, Tunnel } from '../../src/fabric/share.ts';

const names = ['a', 'b', 'c', 'd'];
const hostsOf = (count: number) =>
  Object.fromEntries(names.slice(0, count).map((name, at) => [name, `10.99.0.${at + 1}`]));
const sharesOf = (count: number, inputs: FabricInputs = {}): Fabric[] =>
  names.slice(0, count).map((host) => fabric({ ...inputs, hosts: hostsOf(count), host }));

const sizes = fc
  .record({
    spines: fc.integer({ min: 1, max: 9 }),
    leaves: fc.integer({ min: 1, max: 12 }),
    nodes: fc.integer({ min: 1, max: 12 }),
    clients: fc.integer({ min: 1, max: 12 }),
    podsPerNode: fc.integer({ min: 1, max: 3 }),
    hosts: fc.integer({ min: 1, max: 4 }),
  })
  // A host without any device is refused.
  .filter(({ spines, leaves, hosts }) => leaves >= hosts || spines >= hosts);

const everySplit = (holds: (shares: Fabric[], whole: Fabric) => void) =>
  fc.assert(
    fc.property(sizes, ({ hosts, ...size }) => holds(sharesOf(hosts, size), fabric(size))),
    { numRuns: 60 },
  );

const named = (all: { name: string }[]) => all.map(({ name }) => name).sort();

describe('the share of a lab on one host', () => {
  it('is all of it', () => {
    const made = fabric();
    expect(made.share).toMatchObject({ host: '', tunnels: [], peers: [], mgmt: true });
    for (const part of [
      'spines',
      'leaves',
      'nodes',
      'pods',
      'clients',
      'links',
      'hostLinks',
      'devices',
      'namespaces',
      'places',
    ] as const)
      expect(made.share[part]).toEqual(made[part]);
    expect(made.mtu).toEqual({ fabric: 9232, access: 1500 });
  });
});

describe('the shares of a split lab', () => {
  it('have leaves in even blocks with what hangs on them, and spines in turn', () => {
    const [a, b] = sharesOf(2).map(({ share }) => share) as [Share, Share];
    expect(named(a.devices)).toEqual([
      'client1',
      'client2',
      'cluster1',
      'cluster1-m02',
      'leaf1',
      'leaf2',
      'mgmt',
      'pod1-1',
      'pod2-1',
      'spine1',
    ]);
    expect(named(b.devices)).toEqual(['client3', 'client4', 'cluster1-m03', 'leaf3', 'leaf4', 'pod3-1', 'spine2']);
    expect([a.mgmt, b.mgmt]).toEqual([true, false]);
    expect(named(a.tunnels)).toEqual([
      'cluster1-m03:eth0--mgmt:port3',
      'spine1:e1-3--leaf3:e1-49',
      'spine1:e1-4--leaf4:e1-49',
      'spine2:e1-1--leaf1:e1-50',
      'spine2:e1-2--leaf2:e1-50',
    ]);
    expect(a.peers).toEqual([{ name: 'b', address: '10.99.0.2', mtu: 1500 }]);
  });

  it('have every device, link and namespace just once, and the lab is the same on all hosts', () => {
    everySplit((shares, whole) => {
      const all = <K extends 'devices' | 'namespaces' | 'places' | 'links' | 'hostLinks'>(part: K) =>
        named(shares.flatMap(({ share }) => share[part] as { name: string }[]));
      for (const part of ['devices', 'namespaces', 'places'] as const) expect(all(part)).toEqual(named(whole[part]));
      const cut = named(shares.flatMap(({ share }) => share.tunnels));
      expect([...all('links'), ...all('hostLinks'), ...cut.filter((_, at) => at % 2 === 0)].sort()).toEqual(
        named([...whole.links, ...whole.hostLinks]),
      );
      expect(shares.filter(({ share }) => share.mgmt)).toHaveLength(1);
      const [first] = shares;
      for (const { share: _, expected: __, ...lab } of shares) expect({ ...first, ...lab }).toEqual(first);
    });
  });

  it('meet in tunnels that each end knows as the other does', () => {
    everySplit((shares) => {
      const tunnels = shares.flatMap(({ share }) => share.tunnels);
      for (const one of tunnels) {
        const others = tunnels.filter((each) => each.name === one.name && each !== one);
        expect(others).toHaveLength(1);
        const [other] = others as [Tunnel];
        expect(other).toMatchObject({
          vni: one.vni,
          port: one.port,
          mtu: one.mtu,
          local: one.remote,
          remote: one.local,
        });
        expect(other.mac).not.toBe(one.mac);
        expect(other.a.namespace).not.toBe(one.a.namespace);
      }
      const ends = (of: (tunnel: Tunnel) => string) => new Set(tunnels.map(of)).size;
      expect(ends(({ local, vni, port }) => `${local} ${vni} ${port}`)).toBe(tunnels.length);
      expect(ends(({ mac }) => mac)).toBe(tunnels.length);
      expect(ends(({ a }) => `${a.namespace} ${a.index}`)).toBe(tunnels.length);
    });
  });

  it('keep the VNI of a link when devices move', () => {
    const placement = { spine1: 'b', spine2: 'a', leaf1: 'b', leaf2: 'b', leaf3: 'a', leaf4: 'b' };
    const vnis = (more: FabricInputs) =>
      new Map(sharesOf(2, more).flatMap(({ share }) => share.tunnels.map(({ name, vni }) => [name, vni])));
    const [before, after] = [vnis({}), vnis({ placement })];
    const both = [...before.keys()].filter((name) => after.has(name));
    expect(both.length).toBeGreaterThan(0);
    for (const name of both) expect(after.get(name)).toBe(before.get(name));
  });

  it.each([
    [1500, {}, { fabric: 1450, access: 1400 }, 1450],
    [9282, {}, { fabric: 9232, access: 1500 }, 1500],
    [9281, {}, { fabric: 9231, access: 1500 }, 1500],
    [1500, { hosts: { a: 'fd00::1', b: 'fd00::2' } }, { fabric: 1430, access: 1380 }, 1430],
  ])('of a network that passes %i bytes have links that fit into tunnels', (underlayMtu, more, mtu, mgmt) => {
    const made = fabric({ underlayMtu, hosts: hostsOf(2), host: 'a', ...more });
    expect(made.mtu).toEqual(mtu);
    expect(made.hostLinks.find(({ kind }) => kind === 'mgmt')?.mtu).toBe(mgmt);
    for (const tunnel of made.share.tunnels) expect(tunnel.mtu).toBeLessThanOrEqual(mtu.fabric);
  });

  it('ask less room for neighbors of a host than the whole lab would', () => {
    const large = { spines: 8, leaves: 64, nodes: 128, clients: 64, pods: '10.244.0.0/16' };
    expect(sharesOf(4, large).map(({ expected }) => expected.neighbors)[0]).toEqual({ ipv4: 4416, ipv6: 1024 });
  });
});

const refusal = (inputs: FabricInputs): [string, readonly string[], string] => {
  try {
    fabric(inputs);
  } catch (error) {
    if (error instanceof InputError) return [error.message, error.path, error.where];
    throw error;
  }
  throw new Error('it was taken');
};

describe('a placement', () => {
  const hosts = hostsOf(2);
  const every = { spine1: 'a', spine2: 'b', leaf1: 'a', leaf2: 'a', leaf3: 'b', leaf4: 'b' };
  const without4 = { spine1: 'a', spine2: 'b', leaf1: 'a', leaf2: 'a', leaf3: 'b' };

  it.each<[string, FabricInputs, string, string[], string]>([
    [
      'without hosts',
      { host: 'a' },
      'host=a says which of `hosts` this machine is, and there are none.',
      ['host'],
      'value',
    ],
    [
      'that does not say who is asked',
      { hosts },
      '`host` does not say which of them this machine is',
      ['hosts'],
      'value',
    ],
    ['asked of a stranger', { hosts, host: 'x' }, 'host=x is none of the hosts a, b.', ['host'], 'value'],
    ['of no hosts', { placement: every }, 'placement names hosts, and `hosts` has none.', ['placement'], 'value'],
    [
      'on an unknown host',
      { hosts, host: 'a', placement: { ...every, leaf4: 'x' } },
      'placement puts leaf4 on x, which is none of the hosts a, b.',
      ['placement', 'leaf4'],
      'value',
    ],
    [
      'of an unknown device',
      { hosts, host: 'a', placement: { ...every, leaf5: 'a' } },
      'placement has leaf5, and what is placed is spine1 to spine2, leaf1 to leaf4 and mgmt',
      ['placement', 'leaf5'],
      'key',
    ],
    [
      'of a client',
      { hosts, host: 'a', placement: { ...every, client1: 'b' } },
      'nodes and clients go where their leaf goes',
      ['placement', 'client1'],
      'key',
    ],
    [
      'that leaves devices out',
      { hosts, host: 'a', placement: without4 },
      'placement has no host for leaf4.',
      ['placement'],
      'key',
    ],
    [
      'that leaves a host empty',
      { hosts: hostsOf(3), host: 'a', placement: every },
      'c has no spine and no leaf, so it is no host of this lab.',
      ['hosts', 'c'],
      'key',
    ],
    [
      'of one address twice',
      { hosts: { a: '10.0.0.1', b: '10.0.0.1' }, host: 'a' },
      'b has the address 10.0.0.1, and so has a.',
      ['hosts', 'b'],
      'value',
    ],
    [
      'of both kinds of addresses',
      { hosts: { a: '10.0.0.1', b: 'fd00::1' }, host: 'a' },
      'tunnels between hosts need one kind',
      ['hosts'],
      'value',
    ],
    [
      'with a name that is none',
      { hosts: { 'a b': '10.0.0.1' }, host: 'a' },
      'hosts.a b: is not a name of letters',
      ['hosts', 'a b'],
      'key',
    ],
  ])('%s is refused', (_, inputs, message, path, where) => {
    const [said, at, part] = refusal(inputs);
    expect(said).toContain(message);
    expect([at, part]).toEqual([path, where]);
  });

  it('puts the management bridge where the first leaf is, unless it says otherwise', () => {
    expect(fabric({ hosts, host: 'a', placement: every }).share.mgmt).toBe(true);
    expect(fabric({ hosts, host: 'a', placement: { ...every, mgmt: 'b' } }).share.mgmt).toBe(false);
  });
});
