import { describe, expect, it } from 'vitest';
import { containersIn, networksIn, notRunning } from '../../steps/docker/inspect.ts';
import { countAt, packetsIn, verdictOf } from '../../steps/docker/packet-trace.ts';
import { metallbBgp, speakerPeers } from '../../steps/metallb/sessions.ts';
import { interfaceState, routesIn } from '../../steps/shared/ip-text.ts';
import { sample } from './samples.ts';
import { scripted } from './scripted-context.ts';

describe('an interface as ip prints it', () => {
  it('is up, and has addresses', () => {
    const text = `2: eth1@if9: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default
    link/ether aa:c1:ab:8e:3e:0b brd ff:ff:ff:ff:ff:ff link-netnsid 1
    inet 192.168.1.11/24 scope global eth1
       valid_lft forever preferred_lft forever
    inet6 fe80::a8c1:abff:fe8e:3e0b/64 scope link
`;
    expect(interfaceState(text)).toEqual({ up: true, addresses: ['192.168.1.11/24'] });
    expect(interfaceState(text.replace(',UP,LOWER_UP', ''))).toMatchObject({ up: false });
  });

  it('has routes through gateways, in order', () => {
    const text = `default via 192.168.49.1 dev eth0
192.168.0.0/16 via 192.168.1.1 dev eth1
192.168.1.0/24 dev eth1 proto kernel scope link src 192.168.1.11
`;
    expect(routesIn(text)).toEqual([
      { to: 'default', via: '192.168.49.1', device: 'eth0' },
      { to: '192.168.0.0/16', via: '192.168.1.1', device: 'eth1' },
    ]);
  });
});

describe('docker', () => {
  const inspected = JSON.stringify([
    {
      Id: '82e9',
      Name: '/cluster1',
      State: { Status: 'running', Running: true, Pid: 7 },
      Config: { Labels: { 'name.minikube.sigs.k8s.io': 'cluster1' } },
      NetworkSettings: { Networks: { cluster1: { IPAddress: '192.168.49.2' } } },
    },
    { Id: '91b1', Name: '/cluster1-m02', State: { Status: 'exited', Running: false } },
  ]);

  it('tells who runs, and where', () => {
    const known = new Map(containersIn(inspected).map((each) => [each.name, each]));
    expect(known.get('cluster1')?.addresses).toEqual({ cluster1: '192.168.49.2' });
    expect(notRunning(['cluster1'], known)).toBeUndefined();
    expect(notRunning(['cluster1', 'cluster1-m02'], known)).toBe('cluster1-m02: container is exited');
    expect(notRunning(['cluster1-m03'], known)).toBe('cluster1-m03: there is no such container');
    expect(containersIn('')).toEqual([]);
  });

  it('names the bridge of a network after its id unless it has a name of its own', () => {
    const network = {
      Id: '0123456789abcdef',
      Name: 'cluster1',
      IPAM: { Config: [{ Subnet: '192.168.49.0/24', Gateway: '192.168.49.1' }] },
    };
    const [plain, named] = networksIn(
      JSON.stringify([network, { ...network, Options: { 'com.docker.network.bridge.name': 'br0' } }]),
    );
    expect(plain).toMatchObject({ bridge: 'br-0123456789ab', subnets: ['192.168.49.0/24'], gateway: '192.168.49.1' });
    expect(named?.bridge).toBe('br0');
  });
});

describe('sessions of a speaker of MetalLB', () => {
  it('are read from its FRR', () => {
    expect(speakerPeers(sample('frr-show-bgp-summary.json'))).toEqual({
      peers: [{ address: '192.168.1.11', state: 'Established', sent: 0 }],
      unread: [],
    });
  });

  it('are none before BGP is set up, of which FRR speaks in plain text', () => {
    expect(speakerPeers('% BGP instance not found\n')).toEqual({ peers: [], unread: [] });
    expect(speakerPeers('{}')).toEqual({ peers: [], unread: [] });
  });

  it('are those that are understood, and it is said which are not', () => {
    const peers = { '192.168.1.11': { state: 'Established', pfxSnt: 2 }, '192.168.2.11': { state: 7 } };
    const read = speakerPeers(JSON.stringify({ ipv4Unicast: { peers }, ipv6Unicast: 'none' }));
    expect(read.peers).toEqual([{ address: '192.168.1.11', state: 'Established', sent: 2 }]);
    expect(read.unread).toEqual([expect.stringContaining('192.168.2.11: {"state":7}')]);
    expect(speakerPeers('Exiting: failed to connect to any daemons.\n').unread).toEqual([
      'something else than JSON: Exiting: failed to connect to any daemons.',
    ]);
  });

  it("are told of each node, also when another node's speaker can't be asked", async () => {
    const speaker = (node: string) => ({ metadata: { name: `speaker-${node}` }, spec: { nodeName: node } });
    const { context } = scripted((line) => {
      if (line.includes('speaker-b')) return { exitCode: 1, stderr: 'error: Internal error occurred' };
      if (line.includes('exec')) return { stdout: sample('frr-show-bgp-summary.json') };
      return { stdout: JSON.stringify({ items: [speaker('a'), speaker('b')] }) };
    });
    const query = { cluster: 'cluster1', nodes: ['a', 'b', 'c'], peer: '192.168.1.11' };
    const { holds, saw, values } = await metallbBgp.look(query, context);
    expect([holds, values['established']]).toEqual([false, ['a']]);
    expect(saw).toContain("1 of 3 nodes Established; b: its answer can't be read: speaker-b: error: Internal error");
    expect((await metallbBgp.look({ ...query, nodes: ['c'] }, context)).saw).toContain('c: no speaker of MetalLB');
  });
});

describe('packets that were seen', () => {
  const bridge = `12:00:01.000001 IP 192.168.18.126.80 > 192.168.49.2.40240: tcp 0
12:00:01.000002 IP 192.168.18.126.80 > 192.168.49.2.40240: tcp 215
`;
  const tunnel = `12:00:01.000001 IP 10.0.1.1.51000 > 10.0.1.2.4789: VXLAN, flags [I] (0x08), vni 1111
IP 192.168.49.2.40240 > 192.168.18.126.80: tcp 0
`;

  it('are counted once each, also those inside others', () => {
    expect(packetsIn(bridge)).toHaveLength(2);
    expect(packetsIn(tunnel)).toEqual([{ from: '10.0.1.1.51000', to: '10.0.1.2.4789' }]);
  });

  it('are told by who spoke to whom', () => {
    expect(countAt({ name: 'eth0 of cluster1', role: 'outside' }, bridge)).toEqual({
      name: 'eth0 of cluster1',
      role: 'outside',
      packets: 2,
      flows: ['192.168.18.126 > 192.168.49.2 (2)'],
    });
  });

  it('make one sentence: whether any left the fabric, where, and what would keep them inside', () => {
    const outside = countAt({ name: 'eth0 of cluster1', role: 'outside' }, bridge);
    const inside = countAt({ name: 'eth1 of cluster1', role: 'fabric' }, tunnel);
    const asked = { answered: 10, asked: 10, remedy: 'Deploy with --set keepTrafficInFabric=true.' };
    expect(verdictOf([outside, inside], asked)).toBe(
      '10 of 10 requests answered; 2 packets of the service left the fabric (eth0 of cluster1 2), such as 192.168.18.126 > 192.168.49.2. Deploy with --set keepTrafficInFabric=true.',
    );
    expect(verdictOf([{ ...outside, packets: 0 }, inside], asked)).toBe(
      '10 of 10 requests answered; no packet of the service left the fabric (1 were seen on its links).',
    );
  });
});
