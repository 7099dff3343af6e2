import { describe, expect, it } from 'vitest';
import { clock } from '../../src/host/clock.ts';
import { bgpSessions } from '../../steps/frr/probes.ts';
import { scripted } from './scripted-context.ts';

interface Said {
  readonly state: string;
  /** How long ago the neighbor was heard, at each look. */
  readonly heardMs?: readonly number[];
}
type Peers = Readonly<Record<string, Said>>;

const established: Said = { state: 'Established' };

/** What bgpd of each router says of its sessions, by neighbor. */
const routers = (said: Readonly<Record<string, Peers>>) => {
  const looks = new Map<string, number>();
  let slept = 0;
  const { context } = scripted(() => undefined, {
    findByEnvironment: async () => [{ pid: 7, startTime: 1, bootId: 'b', command: 'sleep' }],
    isAlive: () => true,
    clock: {
      ...clock,
      sleep: async () => {
        slept += 1;
      },
    },
    unixSocket: async (path, command) => {
      const name = /\/run\/lab\/([^/]+)\//.exec(path)?.[1] ?? '';
      const peers = said[name];
      if (peers === undefined) throw new Error('ENOENT');
      const entries = Object.entries(peers);
      if (command.includes('summary')) return answer({ ipv4Unicast: { peers } });
      const look = looks.get(name) ?? 0;
      looks.set(name, look + 1);
      const neighbors = entries.map(([peer, { state, heardMs = [] }]) => [
        peer,
        { bgpState: state, bgpTimerLastRead: heardMs[look] ?? 0, bgpTimerKeepAliveIntervalMsecs: 1000 },
      ]);
      return answer({ vrfId: 1, vrfName: 'ip-vrf-1', ...Object.fromEntries(neighbors) });
    },
  });
  return { context, slept: () => slept };
};

const answer = (json: object): string => `${JSON.stringify(json)}\0\0\0\0`;

const leaf: Peers = { '192.168.1.11': established, '192.168.1.15': established };
const both = { cluster1: { '192.168.1.1': established }, 'cluster1-m05': { '192.168.1.1': established } };

const looked = async (said: Readonly<Record<string, Peers>>, peers = Object.keys(both)) => {
  const { context, slept } = routers({ leaf1: leaf, ...said });
  const input = { router: 'leaf1', vrf: 'ip-vrf-1', expected: { ipv4Unicast: 2 }, peers };
  return { seen: await bgpSessions.look(bgpSessions.input.parse(input), context), slept: slept() };
};

describe('the sessions of a router', () => {
  it('hold by what it says itself when nobody else is to be asked', async () => {
    expect((await looked({}, [])).seen).toMatchObject({ holds: true, saw: '2 of 2 Established' });
  });

  it('hold when both ends see them', async () => {
    expect(await looked(both)).toMatchObject({
      seen: { holds: true, saw: '2 of 2 Established', values: { denied: [] } },
      slept: 0,
    });
  });

  it('do not when it remembers one with a peer that was made anew', async () => {
    const { seen } = await looked({ ...both, 'cluster1-m05': { '192.168.1.1': { state: 'Idle' } } });
    expect(seen).toMatchObject({
      holds: false,
      saw: '2 of 2 Established, not so for cluster1-m05',
      values: { denied: ['cluster1-m05'] },
    });
  });

  it('do not when the other end knows of none, or does not answer', async () => {
    expect((await looked({ ...both, cluster1: {} })).seen).toMatchObject({
      holds: false,
      values: { denied: ['cluster1'] },
    });
    await expect(looked({ cluster1: both.cluster1 })).rejects.toThrow('bgpd of cluster1-m05 does not answer');
  });

  it('are waited for while either end has been silent for longer than it should: they are heard again', async () => {
    const silent = { '192.168.1.11': { ...established, heardMs: [2000, 2000, 0] }, '192.168.1.15': established };
    const { seen, slept } = await looked({ ...both, leaf1: silent });
    expect(seen).toMatchObject({ holds: true, saw: '2 of 2 Established' });
    expect(slept).toBe(2);
  });
});
