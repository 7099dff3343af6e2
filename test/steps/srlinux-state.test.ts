import { describe, expect, it } from 'vitest';
import { fabric } from '../../src/fabric/fabric.ts';
import { instancesBehind, neighborsIn, routesIn, sessionStates } from '../../steps/srlinux/state.ts';
import { sample } from './samples.ts';

describe('BGP in the state of SR Linux', () => {
  const [neighbor] = neighborsIn(JSON.parse(sample('srlinux-jsonrpc-get-state-bgp.json')));

  it('is found however deep, with module prefixes taken off', () => {
    expect(neighbor).toMatchObject({ address: '10.0.0.2', as: 65002, group: 'ebgp', state: 'established' });
    expect(neighbor?.families['ipv4-unicast']).toEqual({ state: 'up', received: 5, active: 4, sent: 1 });
  });

  it('leaves out families that are disabled', () => {
    expect(Object.keys(neighbor?.families ?? {})).toEqual(['ipv4-unicast', 'ipv6-unicast']);
  });

  it('is there also where the router does not say how a session stands', () => {
    expect(neighborsIn({ neighbor: [{ 'peer-address': '10.0.0.3', 'peer-as': 65003 }] })).toMatchObject([
      { address: '10.0.0.3', as: 65003, state: 'unknown' },
    ]);
  });

  it('is none where no BGP is set up', () => {
    expect(neighborsIn({})).toEqual([]);
  });
});

describe('sessions that are expected', () => {
  const [leaf] = fabric().leaves;
  const expected = (leaf?.sessions ?? []).filter(({ vrf }) => vrf === 'default');
  const state = (address: string, as: number, session: string) => ({
    'peer-address': address,
    'peer-as': as,
    'session-state': session,
  });
  const seen = [
    state('fe80::18a2:8ff:feff:31%ethernet-1/49.0', 64601, 'established'),
    state('fe80::18aa:7ff:feff:31%ethernet-1/50.0', 64601, 'active'),
    state('10.1.0.1', 64321, 'established'),
  ];

  it('are found by port or by address', () => {
    const states = sessionStates(expected, neighborsIn({ neighbor: seen }));
    expect(states.map(({ session, state }) => `${session.kind} ${session.peer} ${state}`)).toEqual([
      'underlay spine1 established',
      'underlay spine2 active',
      'overlay spine1 established',
      'overlay spine2 missing',
    ]);
  });

  it('are missing when another AS answers on the port', () => {
    const wrong = [state('fe80::1%ethernet-1/49.0', 65009, 'established')];
    expect(sessionStates(expected, neighborsIn({ neighbor: wrong }))[0]?.state).toBe('missing');
  });
});

describe('routes in the state of SR Linux', () => {
  const table = {
    'ipv4-unicast': {
      route: [
        {
          'ipv4-prefix': '192.168.33.10/32',
          'route-type': 'srl_nokia-common:bgp-evpn',
          active: true,
          preference: 170,
          'next-hop-group': '77',
        },
        {
          'ipv4-prefix': '192.168.33.10/32',
          'route-type': 'bgp',
          active: false,
          preference: 169,
          'next-hop-group': '78',
        },
        { 'ipv4-prefix': '192.168.2.0/24', 'route-type': 'local', active: true, preference: 0 },
      ],
    },
    'next-hop-group': [
      {
        index: '77',
        'next-hop': [
          { id: 0, 'next-hop': '501' },
          { id: 1, 'next-hop': '502' },
        ],
      },
      { index: '78', 'next-hop': [{ id: 0, 'next-hop': '503' }] },
    ],
    'next-hop': [
      { index: '501', type: 'vxlan', 'ip-address': '10.0.1.3' },
      { index: '502', type: 'vxlan', 'ip-address': '10.0.1.1' },
      { index: '503', type: 'indirect', 'ip-address': '192.168.1.11' },
    ],
  };

  it('come with the addresses of their next hops', () => {
    const [first, second] = routesIn([{ 'network-instance': [{ 'route-table': table }] }], '192.168.33.10/32');
    expect(first).toEqual({
      prefix: '192.168.33.10/32',
      type: 'bgp-evpn',
      preference: 170,
      active: true,
      nextHops: ['10.0.1.1', '10.0.1.3'],
    });
    expect(second).toMatchObject({ type: 'bgp', active: false, nextHops: ['192.168.1.11'] });
  });

  it('lead where another instance says, when they name one', () => {
    const { 'next-hop-group': groups, 'next-hop': hops } = table;
    const own = {
      route: [{ 'ipv4-prefix': '1.1.1.1/32', 'route-type': 'bgp-evpn', active: true, 'next-hop-group': '77' }],
    };
    const [route] = own.route;
    const away = { route: [{ ...route, 'next-hop-group-network-instance': 'default' }] };
    expect(instancesBehind(away)).toEqual(['default']);
    expect(instancesBehind(own)).toEqual([]);
    const others = {
      route: [{ 'ipv4-prefix': '9.9.9.9/32', 'route-type': 'bgp' }],
      'next-hop-group': groups,
      'next-hop': hops,
    };
    const read = routesIn([away, others]);
    expect(read.map(({ prefix, nextHops }) => [prefix, nextHops])).toEqual([['1.1.1.1/32', ['10.0.1.1', '10.0.1.3']]]);
  });

  it('are all of them without a prefix, also those without a next hop', () => {
    expect(routesIn([table]).map(({ prefix }) => prefix)).toHaveLength(3);
  });
});
