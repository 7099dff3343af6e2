import { describe, expect, it } from 'vitest';
import type { Link } from '../../steps/netns/capsule-world.ts';
import { type Cure, differencesIn, sayDifferences } from '../../steps/netns/differences.ts';
import { type Kernel, kernelOf } from '../../steps/netns/kernel.ts';
import { type Wanted, wantedIn } from '../../steps/netns/wanted.ts';

const batch = `link set lo up
link set eth1 address 02:00:c0:a8:02:0b
addr replace 192.168.2.11/24 dev eth1
link set eth1 up
link add br1 address 00:00:5e:00:01:01 type bridge stp_state 0 mcast_snooping 0 forward_delay 0
link set br1 up
link set eth2 master br1
link set eth2 up type bridge_slave neigh_suppress on learning off
route replace default via 192.168.2.1
`;
const sysctl = 'net.ipv4.ip_forward = 1\nnet.ipv6.conf.all.disable_ipv6 = 1\n';

const wanted = (): Wanted => {
  const found = wantedIn([{ namespace: 'client1', batch, sysctl }]).get('client1');
  if (!found) throw new Error('nothing is wanted');
  return found;
};

const linkOf = (ifname: string, more: Partial<Link> = {}): Link => ({
  ifname,
  mtu: 1500,
  flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
  operstate: 'UP',
  addr_info: [],
  ...more,
});

const inet = (local: string, prefixlen: number): Link['addr_info'][number] => ({
  ...{ family: 'inet', scope: 'global' },
  ...{ local, prefixlen },
});

const bridge = { stp_state: 0, mcast_snooping: 0, forward_delay: 0, vlan_filtering: 0 };
const links: Readonly<Record<string, Link>> = {
  lo: linkOf('lo', { flags: ['LOOPBACK', 'UP'], addr_info: [inet('127.0.0.1', 8)] }),
  eth1: linkOf('eth1', { address: '02:00:c0:a8:02:0b', addr_info: [inet('192.168.2.11', 24)] }),
  br1: linkOf('br1', { address: '00:00:5e:00:01:01', linkinfo: { info_kind: 'bridge', info_data: bridge } }),
  eth2: linkOf('eth2', {
    master: 'br1',
    linkinfo: { info_kind: 'veth', info_slave_data: { neigh_suppress: true, learning: false, flood: true } },
  }),
};

const route = { type: 'unicast', table: 'main', protocol: 'kernel' };
const said = (more: { routes?: object[]; rules?: object[]; neighbors?: object[]; queues?: object[]; rest?: string }) =>
  [
    '+ settings\nnet.ipv4.ip_forward = 1\nnet.ipv6.conf.all.disable_ipv6 = 1',
    `+ ip\n${[more.routes ?? rightRoutes, more.rules ?? rightRules, more.neighbors ?? []]
      .map((each) => JSON.stringify(each))
      .join('\n')}`,
    `+ queues\n${JSON.stringify(more.queues ?? [{ kind: 'noqueue', dev: 'eth1', root: true }])}`,
    more.rest ?? '+ ip4',
    '+ end\n',
  ].join('\n');

const rightRoutes = [
  { ...route, dst: 'default', gateway: '192.168.2.1', dev: 'eth1', protocol: 'boot' },
  { ...route, dst: '192.168.2.0/24', dev: 'eth1' },
  { ...route, type: 'local', table: 'local', dst: '192.168.2.11', dev: 'eth1' },
  { ...route, type: 'local', table: 'local', dst: '127.0.0.0/8', dev: 'lo' },
  { ...route, dst: '192.0.2.0/24', gateway: '192.168.2.9', dev: 'eth1', protocol: 'bgp' },
];
const rightRules = [
  { priority: 0, src: 'all', table: 'local', protocol: 'kernel' },
  { priority: 32766, src: 'all', table: 'main', protocol: 'kernel' },
  { priority: 32767, src: 'all', table: 'default', protocol: 'kernel' },
];

const kernel = (more: Parameters<typeof said>[0] = {}): Kernel => {
  const found = kernelOf(said(more));
  if (!found) throw new Error('cut short');
  return found;
};

const differences = (world: { links?: Record<string, Link>; kernel?: Kernel }, elsewhere: readonly string[] = []) =>
  differencesIn(
    wanted(),
    { links: new Map(Object.entries({ ...links, ...world.links })), kernel: world.kernel ?? kernel() },
    elsewhere,
  );

const cured = (all: ReturnType<typeof differences>): string[] =>
  all.flatMap(({ cures }) => cures.map(({ tool, text }: Cure) => `${tool} ${text}`));

describe('a namespace', () => {
  it('that is as its files say differs in nothing; routes of BGP come and go', () => {
    expect(wanted().others).toEqual([]);
    expect(differences({})).toEqual([]);
  });

  const down = ['BROADCAST', 'MULTICAST'];
  const broken: readonly (readonly [string, Parameters<typeof differences>[0], string, readonly string[]])[] = [
    ['interface down', { links: { eth2: { ...links['eth2'], flags: down } as Link } }, 'eth2 is down', []],
    [
      'address too many',
      { links: { eth1: { ...links['eth1'], addr_info: [inet('192.168.2.11', 24), inet('10.9.9.9', 32)] } as Link } },
      'eth1 has 10.9.9.9/32, which is too many',
      ['ip addr del 10.9.9.9/32 dev eth1'],
    ],
    [
      'MAC',
      { links: { eth1: { ...links['eth1'], address: '02:00:00:00:00:99' } as Link } },
      'eth1 has MAC 02:00:00:00:00:99, not 02:00:c0:a8:02:0b',
      ['ip link set eth1 address 02:00:c0:a8:02:0b'],
    ],
    ['route gone', { kernel: kernel({ routes: rightRoutes.slice(1) }) }, 'no route to default via 192.168.2.1', []],
    [
      'route of the kernel gone',
      { kernel: kernel({ routes: rightRoutes.filter(({ dst }) => dst !== '192.168.2.0/24') }) },
      'no route to 192.168.2.0/24 dev eth1',
      ['ip route replace unicast 192.168.2.0/24 dev eth1 table main proto kernel scope link src 192.168.2.11'],
    ],
    [
      'route too many',
      {
        kernel: kernel({
          routes: [...rightRoutes, { ...route, type: 'blackhole', dst: '192.168.33.10', protocol: 'boot' }],
        }),
      },
      'a route to blackhole 192.168.33.10, which is too many',
      ['ip route del blackhole 192.168.33.10'],
    ],
    [
      'rule too many',
      { kernel: kernel({ rules: [...rightRules, { priority: 100, src: 'all', action: 'prohibit' }] }) },
      'a rule of priority 100 too many',
      [
        'ip rule flush',
        'ip rule add from all lookup local pref 0',
        'ip rule add from all lookup main pref 32766',
        'ip rule add from all lookup default pref 32767',
      ],
    ],
    [
      'neighbor',
      {
        kernel: kernel({
          neighbors: [{ dst: '192.168.2.1', dev: 'eth1', lladdr: '02:00:00:00:00:99', state: ['PERMANENT'] }],
        }),
      },
      'neighbor 192.168.2.1 is fixed to 02:00:00:00:00:99 on eth1',
      ['ip neigh del 192.168.2.1 dev eth1'],
    ],
    [
      'queue',
      { kernel: kernel({ queues: [{ kind: 'netem', dev: 'eth1', root: true }] }) },
      'eth1 has a queue netem',
      ['tc qdisc del dev eth1 root'],
    ],
    [
      'packet filter',
      {
        kernel: kernel({
          rest: '+ ip4\n*filter\n:INPUT ACCEPT [1:2]\n:FORWARD ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT',
        }),
      },
      'a packet filter too many in table filter: -A INPUT -j DROP',
      ['iptables-restore *filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\nCOMMIT'],
    ],
  ];
  it.each(broken)('with another %s is seen, with what takes just that away', (_, world, saw, cures) => {
    const found = differences(world);
    expect(sayDifferences(found)).toBe(saw);
    expect(cured(found)).toEqual(cures);
  });

  it('with an interface of another kind makes it anew', () => {
    const found = differences({ links: { br1: linkOf('br1', { linkinfo: { info_kind: 'veth' } }) } });
    expect([sayDifferences(found), cured(found)]).toEqual(['br1 is no bridge', ['ip link del br1']]);
  });

  it('leaves a table alone that another step owns', () => {
    const nat = kernel({ rest: '+ ip4\n*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j RETURN\nCOMMIT' });
    expect(differences({ kernel: nat })).toHaveLength(1);
    expect(differences({ kernel: nat }, ['ip nat'])).toEqual([]);
  });

  it('whose answer was cut short is not known', () => {
    expect(kernelOf(said({}).replace('+ end\n', ''))).toBeUndefined();
  });

  it('tells of a setting, of two things at most, and of how many more', () => {
    const other = { ...kernel(), settings: new Map([['net.ipv4.ip_forward', '0']]) };
    const found = differencesIn(wanted(), { links: new Map(), kernel: other });
    expect(sayDifferences(found)).toBe(
      `net.ipv4.ip_forward is 0, not 1; net.ipv6.conf.all.disable_ipv6 is not there, not 1; and ${found.length - 2} more`,
    );
  });
});
