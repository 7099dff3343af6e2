import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fabric, fabric } from '../../src/fabric/fabric.ts';

const sizes = fc.record({
  spines: fc.integer({ min: 1, max: 9 }),
  leaves: fc.integer({ min: 1, max: 40 }),
  nodes: fc.integer({ min: 1, max: 16 }),
  clients: fc.integer({ min: 1, max: 24 }),
  podsPerNode: fc.integer({ min: 1, max: 5 }),
  snatSource: fc.constantFrom('fabric' as const, 'mgmt' as const),
});

const everySize = (holds: (made: Fabric) => void) =>
  fc.assert(
    fc.property(sizes, (size) => holds(fabric(size))),
    { numRuns: 60 },
  );

const expectUnique = (values: string[]) =>
  expect(values.filter((value, at) => values.indexOf(value) !== at)).toEqual([]);

describe('fabric', () => {
  it('draws the original lab by default', () => {
    const made = fabric();
    expect(made.leaves.map((leaf) => [leaf.name, leaf.address, leaf.address6, leaf.asn])).toEqual([
      ['leaf1', '10.0.1.1', '2001:1600:0:100b:10:0:1:1', 65001],
      ['leaf2', '10.0.1.2', '2001:1600:0:100b:10:0:1:2', 65002],
      ['leaf3', '10.0.1.3', '2001:1600:0:100b:10:0:1:3', 65003],
      ['leaf4', '10.0.1.4', '2001:1600:0:100b:10:0:1:4', 65004],
    ]);
    expect(made.spines.map((spine) => [spine.name, spine.address, spine.address6, spine.asn])).toEqual([
      ['spine1', '10.1.0.1', '2001:1600:0:100b:10:1:0:1', 64601],
      ['spine2', '10.1.0.2', '2001:1600:0:100b:10:1:0:2', 64601],
    ]);
    expect(made.nodes.map((node) => [node.name, node.leaf, node.address, node.gateway, node.mgmtAddress])).toEqual([
      ['cluster1', 'leaf1', '192.168.1.11', '192.168.1.1', '192.168.49.2'],
      ['cluster1-m02', 'leaf2', '192.168.1.12', '192.168.1.1', '192.168.49.3'],
      ['cluster1-m03', 'leaf3', '192.168.1.13', '192.168.1.1', '192.168.49.4'],
    ]);
    expect(made.clients.map((client) => `${client.name} ${client.leaf} ${client.address}`)).toEqual([
      'client1 leaf1 192.168.2.11',
      'client2 leaf2 192.168.2.12',
      'client3 leaf3 192.168.2.13',
      'client4 leaf4 192.168.2.14',
    ]);
    expect(made.pods.map((pod) => pod.address)).toEqual(['192.168.16.101', '192.168.17.101', '192.168.18.101']);
    expect(made.service).toMatchObject({ vip: '192.168.33.10', url: 'http://192.168.33.10/', replicas: 3 });
    expect(made.asns).toEqual({ overlay: 64321, spine: 64601, tenant: 65535, leaves: [65001, 65002, 65003, 65004] });
  });

  it('wires the original lab with its fifteen links', () => {
    expect(fabric().links.map((link) => link.name)).toEqual([
      'spine1:e1-1--leaf1:e1-49',
      'spine1:e1-2--leaf2:e1-49',
      'spine1:e1-3--leaf3:e1-49',
      'spine1:e1-4--leaf4:e1-49',
      'spine2:e1-1--leaf1:e1-50',
      'spine2:e1-2--leaf2:e1-50',
      'spine2:e1-3--leaf3:e1-50',
      'spine2:e1-4--leaf4:e1-50',
      'leaf1:e1-1--cluster1:eth1',
      'leaf2:e1-1--cluster1-m02:eth1',
      'leaf3:e1-1--cluster1-m03:eth1',
      'client1:eth1--leaf1:e1-2',
      'client2:eth1--leaf2:e1-2',
      'client3:eth1--leaf3:e1-2',
      'client4:eth1--leaf4:e1-2',
    ]);
  });

  it('gives the EVPN instances of the original lab to the leaves that need them', () => {
    const made = fabric();
    expect(
      made.leaves.map((leaf) => leaf.subnets.map((subnet) => `${subnet.name} ${subnet.vni} ${subnet.rd}`)),
    ).toEqual([
      ['subnetA 1 10.0.1.1:1', 'subnetB 2 10.0.1.1:2'],
      ['subnetA 1 10.0.1.2:1', 'subnetB 2 10.0.1.2:2'],
      ['subnetA 1 10.0.1.3:1', 'subnetB 2 10.0.1.3:2'],
      ['subnetB 2 10.0.1.4:2'],
    ]);
    expect(made.subnets.map((subnet) => subnet.gatewayMac)).toEqual(['00:00:5e:00:01:01', '00:00:5e:00:01:02']);
    expect(made.tenant).toMatchObject({ name: 'ip-vrf-1', vni: 1111, routeTarget: '64321:1111', mtu: 9000 });
    expect(made.leaves[0]?.routerMac).toBe('02:00:0a:00:01:01');
    expect(made.leaves[0]?.pins.map((pin) => pin.prefix)).toEqual(['10.255.1.1/32', '10.255.2.1/32']);
  });

  it('says how much room the kernel needs for the neighbors of a large lab', () => {
    const large = { spines: 8, leaves: 64, nodes: 128, clients: 64, pods: '10.244.0.0/16' };
    expect(fabric({ ...large }).expected.neighbors).toEqual({ ipv4: 17_664, ipv6: 1280 });
    expect(fabric({ ...large, nodes: 28, clients: 24 }).expected.neighbors.ipv4).toBe(1104);
  });

  it('says what healthy routers of the original lab show', () => {
    const made = fabric();
    expect(made.expected).toEqual({
      links: 15,
      underlaySessions: 8,
      overlaySessions: 8,
      tenantSessions: 3,
      sessionEnds: 38,
      neighbors: { ipv4: 1024, ipv6: 1024 },
    });
    expect(made.spines[0]?.expected).toEqual({ underlay: 4, overlay: 4, loopbackRoutes: 4 });
    expect(made.leaves.map((leaf) => leaf.expected.vip)).toEqual([
      { via: 'node', nextHops: ['192.168.1.11'], count: 1 },
      { via: 'node', nextHops: ['192.168.1.12'], count: 1 },
      { via: 'node', nextHops: ['192.168.1.13'], count: 1 },
      { via: 'leaf', nextHops: ['10.0.1.1', '10.0.1.2', '10.0.1.3'], count: 3 },
    ]);
    expect(made.leaves[3]?.expected).toMatchObject({
      underlay: 2,
      overlay: 2,
      tenant: 0,
      loopbackRoutes: 5,
      routerMacs: 3,
    });
  });

  it('lists twenty-one namespaces on seventeen devices by default', () => {
    const made = fabric();
    expect(made.namespaces).toHaveLength(21);
    expect(made.devices).toHaveLength(17);
    expect(made.devices.find((device) => device.name === 'leaf4')).toEqual({
      name: 'leaf4',
      role: 'leaf',
      namespaces: ['leaf4', 'leaf4-vrf'],
    });
  });

  it('hangs nodes beyond the last leaf on the first ones again, on ports of their own', () => {
    const made = fabric({ leaves: 2, nodes: 5, clients: 3 });
    expect(made.leaves[0]?.nodes).toEqual(['cluster1', 'cluster1-m03', 'cluster1-m05']);
    expect(made.leaves[0]?.hostInterfaces).toEqual(['e1-1', 'e1-3', 'e1-5', 'e1-2', 'e1-4']);
  });

  it('slows the timers down from fifteen leaves on', () => {
    expect(fabric({ leaves: 14 }).timers.hold).toBe(3);
    expect(fabric({ leaves: 15 }).timers.hold).toBe(9);
  });

  it('hides clients behind the management address when asked to', () => {
    expect(fabric({ snatSource: 'mgmt' }).nodes[1]?.snatAddress).toBe('192.168.49.3');
    expect(fabric().nodes[1]?.snatAddress).toBe('192.168.1.12');
  });

  it('has no two equal names in any list, whatever the size', () => {
    everySize((made) => {
      for (const list of [made.links, made.hostLinks, made.devices, made.namespaces, made.places, made.pods]) {
        expectUnique(list.map((item) => item.name));
      }
      for (const router of [...made.spines, ...made.leaves, ...made.nodes])
        expectUnique(router.sessions.map((one) => one.name));
    });
  });

  it('gives no address, MAC or router AS twice, whatever the size', () => {
    everySize((made) => {
      expectUnique([
        ...[...made.spines, ...made.leaves].flatMap((router) => [router.address, router.address6]),
        ...[...made.nodes, ...made.clients, ...made.pods].map((host) => host.address),
        ...made.nodes.map((node) => node.mgmtAddress),
        ...made.leaves.flatMap((leaf) => leaf.pins.map((pin) => pin.prefix)),
        ...[...made.subnets, made.mgmt].map((subnet) => subnet.gateway),
        made.service.vip,
      ]);
      expectUnique([
        ...made.leaves.map((leaf) => leaf.routerMac),
        ...[...made.subnets, made.mgmt].map((subnet) => subnet.gatewayMac),
        ...[...made.nodes, ...made.clients, ...made.pods].map((host) => host.mac),
        ...made.nodes.flatMap((node) => [node.mgmtMac, node.podGatewayMac]),
      ]);
      expectUnique(made.leaves.map((leaf) => String(leaf.asn)));
    });
  });

  it('ends every link at an interface that exists, and no two at the same', () => {
    everySize((made) => {
      const interfaces = made.namespaces.flatMap((one) => one.interfaces.map((port) => `${one.name} ${port}`));
      const ends = [...made.links, ...made.hostLinks].flatMap((link) => [link.a, link.b]);
      expect(ends.map((end) => `${end.namespace} ${end.interface}`).sort()).toEqual(interfaces.sort());
      for (const end of ends) expect(end.interface.length).toBeLessThanOrEqual(15);
    });
  });

  it('numbers the first end of every link, unlike the second, and none twice in a namespace', () => {
    everySize((made) => {
      const firsts = [...made.links, ...made.hostLinks].map(({ a }) => a);
      expectUnique(firsts.map(({ namespace, index }) => `${namespace} ${index}`));
      // The kernel counts the others from 1.
      for (const { index } of firsts) expect(index).toBeGreaterThanOrEqual(1000);
    });
  });

  it('has every session at both its ends, with matching AS numbers and families', () => {
    everySize((made) => {
      const routers = [...made.spines, ...made.leaves, ...made.nodes];
      const ends = routers.flatMap((router) =>
        router.sessions.map(({ kind, peer, localAs, remoteAs, families }) => ({
          kind,
          from: router.name,
          peer,
          localAs,
          remoteAs,
          families,
        })),
      );
      expect(ends).toHaveLength(made.expected.sessionEnds);
      const keys = new Set(ends.map((end) => JSON.stringify(end)));
      const mirrored = ends.map(({ kind, from, peer, localAs, remoteAs, families }) =>
        JSON.stringify({ kind, from: peer, peer: from, localAs: remoteAs, remoteAs: localAs, families }),
      );
      expect(mirrored.filter((key) => !keys.has(key))).toEqual([]);
    });
  });

  it('is plain data that survives a trip through JSON', () => {
    everySize((made) => {
      expect(JSON.parse(JSON.stringify(made))).toEqual(made);
    });
  });

  it.each([
    [{ nodes: 17 }, 'nodes=17 needs a /24 each, and pods=192.168.16.0/20 has 16.'],
    [{ leaves: 255 }, 'leaves=255 does not fit leafLoopbacks=10.0.1.0/24, which has room for 254.'],
    [{ spines: 300 }, 'spines=300 does not fit spineLoopbacks=10.1.0.0/24, which has room for 254.'],
    [{ leaves: 1, nodes: 3, clients: 25 }, 'clients=25 needs more ports than leaves=1 have (24 each, 24 together).'],
    [{ vip: '192.168.34.1' }, 'vip=192.168.34.1 is not an address of vipPool 192.168.33.0/24.'],
    [{ subnetB: '192.168.1.0/25' }, 'subnetA=192.168.1.0/24 and subnetB=192.168.1.0/25 overlap.'],
    [{ tenantAs: 65002 }, 'leaves=4 from leafAsBase=65001 take AS 65001 to 65004, which is also tenantAs=65002.'],
    [{ cluster: 'leaf1' }, 'cluster=leaf1 is also the name of another device.'],
    [{ accessMtu: 9200 }, 'accessMtu=9200 does not fit into mtu=9232 with 50 bytes of VXLAN around it.'],
  ])('refuses %j and says which input to change', (inputs, sentence) => {
    expect(() => fabric(inputs)).toThrow(new RangeError(sentence));
  });

  it('names the input when a value is not even of the right kind', () => {
    expect(() => fabric({ leaves: 0 })).toThrow(/^leaves: /);
    expect(() => fabric({ pods: '192.168.16.5/20' })).toThrow(/^pods: is not an IPv4 prefix/);
  });

  it('holds more than 255 leaves when the pools do', () => {
    const made = fabric({ leaves: 600, leafLoopbacks: '10.0.0.0/22', leafAsBase: 4200000000, pins: '10.128.0.0/16' });
    expectUnique(made.leaves.flatMap((leaf) => [leaf.address, leaf.address6, ...leaf.pins.map((pin) => pin.prefix)]));
    expect(made.leaves[255]?.address6).toBe('2001:1600:0:100b:10:0:1:0');
  });
});
