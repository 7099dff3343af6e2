import { describe, expect, it } from 'vitest';
import { bgpSessions } from '../../steps/frr-probes.ts';
import { scripted } from './scripted-context.ts';

type Peers = Readonly<Record<string, string>>;

/** What bgpd of each router says: the state of its sessions, by neighbor. */
const routers = (said: Readonly<Record<string, Peers>>) =>
  scripted(() => undefined, {
    findByEnvironment: async () => [{ pid: 7, startTime: 1, bootId: 'b', command: 'sleep' }],
    isAlive: () => true,
    unixSocket: async (path) => {
      const peers = said[/\/run\/lab\/([^/]+)\//.exec(path)?.[1] ?? ''];
      if (peers === undefined) throw new Error('ENOENT');
      const states = Object.entries(peers).map(([peer, state]) => [peer, { state }]);
      const summary = states.length === 0 ? {} : { ipv4Unicast: { peers: Object.fromEntries(states) } };
      return `${JSON.stringify(summary)}\0\0\0\0`;
    },
  }).context;

const leaf = { '192.168.1.11': 'Established', '192.168.1.15': 'Established' };
const looked = (nodes: Readonly<Record<string, Peers>>, peers: readonly string[] = Object.keys(nodes)) =>
  bgpSessions.look(
    bgpSessions.input.parse({ router: 'leaf1', vrf: 'ip-vrf-1', expected: { ipv4Unicast: 2 }, peers }),
    routers({ leaf1: leaf, ...nodes }),
  );

describe('the sessions of a router', () => {
  it('hold by what it says itself when nobody else is to be asked', async () => {
    expect(await looked({}, [])).toMatchObject({ holds: true, saw: '2 of 2 Established' });
  });

  it('hold when both ends see them', async () => {
    const both = { cluster1: { '192.168.1.1': 'Established' }, 'cluster1-m05': { '192.168.1.1': 'Established' } };
    expect(await looked(both)).toMatchObject({ holds: true, saw: '2 of 2 Established', values: { denied: [] } });
  });

  it('do not when it remembers one with a peer that was made anew', async () => {
    const anew = { cluster1: { '192.168.1.1': 'Established' }, 'cluster1-m05': { '192.168.1.1': 'Idle' } };
    expect(await looked(anew)).toMatchObject({
      holds: false,
      saw: '2 of 2 Established, not so for cluster1-m05',
      values: { denied: ['cluster1-m05'] },
    });
  });

  it('do not when the other end knows of none, or does not answer', async () => {
    expect(await looked({ cluster1: {} })).toMatchObject({ holds: false, values: { denied: ['cluster1'] } });
    await expect(looked({}, ['cluster1'])).rejects.toThrow('bgpd of cluster1 does not answer');
  });
});
