import { describe, expect, it } from 'vitest';
import { type RouterPlace, startDaemons } from '../../steps/frr/start.ts';
import { scripted } from './scripted-context.ts';

const leaf: RouterPlace = {
  device: { name: 'leaf1' },
  namespaces: [{ name: 'leaf1' }, { name: 'leaf1-vrf' }],
  kind: 'leaf',
  vrf: 'ip-vrf-1',
  up: ['e1-49', 'e1-50'],
};

const configuration = 'hostname leaf1\nvrf ip-vrf-1\n vni 1111\nexit-vrf\n';

/** What the log of the router holds at each look, and what zebra says of its VRFs. */
const router = (logs: readonly string[], shown: readonly string[] = [], running: readonly string[] = []) => {
  const [nextLog, nextShown, nextRunning] = [[...logs], [...shown], [...running]];
  return scripted(() => undefined, {
    findByEnvironment: async () => [{ pid: 7, startTime: 1, bootId: 'b', command: 'sleep' }],
    isAlive: () => true,
    list: async () => ['21', '22'],
    stat: async () => undefined,
    readFile: async (path) => {
      if (path.endsWith('frr.log')) return nextLog.shift();
      if (path.endsWith('.conf')) return configuration;
      return path.endsWith('/21/cmdline') ? 'zebra\0-i\0/run/lab/leaf1/zebra.pid\0-f\0/run/lab/leaf1/zebra.conf' : 'sh';
    },
    writeFile: async () => undefined,
    unixSocket: async (_, text) =>
      text.includes('running-config')
        ? `\0\0\0\0${nextRunning.shift() ?? configuration}\0\0\0\0`
        : `${nextShown.shift() ?? 'vrf ip-vrf-1 id 1 netns /run/netns/ip-vrf-1'}\0\0\0\0`,
  });
};

describe('starting the daemons of a router', () => {
  it('starts zebra, then bgpd, in one process, and asks for the routers beside it', async () => {
    const { context, calls } = router(['', '']);
    await startDaemons(leaf, ['zebra', 'bgpd'], context);
    expect(calls).toHaveLength(1);
    const line = calls[0]?.line ?? '';
    expect(line).toContain('dress "leaf1"\ndress "leaf1-vrf"\n');
    expect(line.indexOf('/usr/lib/frr/zebra" -z "$1/zserv.api" -n ')).toBeGreaterThan(0);
    expect(line.indexOf('/usr/lib/frr/bgpd" -z "$1/zserv.api" -d')).toBeGreaterThan(line.indexOf('/zebra"'));
    expect(line.indexOf('solicit.pl" e1-49 e1-50 </dev/null')).toBeGreaterThan(line.indexOf('/bgpd"'));
  });

  it('only dresses when none of them is to be started', async () => {
    const { context, calls } = router(['', '']);
    await startDaemons(leaf, [], context);
    expect(calls.map(({ line }) => [line.includes('dress "leaf1"'), line.includes('/usr/lib/frr')])).toEqual([
      [true, false],
    ]);
  });

  it('ends a zebra that misread the kernel, and starts it again', async () => {
    const { context, calls, logged } = router([
      '',
      'bad sequence number',
      'bad sequence number',
      'bad sequence number',
    ]);
    await startDaemons(leaf, ['zebra', 'bgpd'], context);
    expect(logged).toEqual(['zebra of leaf1 misread the kernel; starting it again']);
    expect(calls.map(({ line }) => (line.includes('kill -KILL') ? line.split(' ').at(-1) : 'start'))).toEqual([
      'start',
      '21',
      'start',
    ]);
  });

  it('ends a zebra that did not find its tenant, and gives up after five starts', async () => {
    const { context, calls } = router(Array(10).fill(''), Array(5).fill('no vrf'));
    await expect(startDaemons(leaf, ['zebra', 'bgpd'], context)).rejects.toThrow(
      'did not find its tenant VRF in 5 starts',
    );
    expect(calls.filter(({ line }) => line.includes('unshare'))).toHaveLength(5);
  });

  it('starts daemons again that lost a line of their configuration, and takes what they never show as shown otherwise', async () => {
    const lost = 'hostname leaf1\n';
    const once = router([], [], [lost]);
    await startDaemons(leaf, ['zebra', 'bgpd'], once.context);
    const told =
      'leaf1 did not take all of its configuration, as "vrf ip-vrf-1", "vrf ip-vrf-1 / vni 1111"; starting it again';
    expect(once.logged).toEqual([told]);
    const always = router([], [], [lost, configuration, lost]);
    await startDaemons(leaf, ['zebra', 'bgpd'], always.context);
    expect(always.logged).toEqual([told]);
  });

  it('does not take a refused line of the configuration', async () => {
    const { context } = router(['', 'BGP: line 3: % Unknown command[4]: nonsense on config line 3']);
    await expect(startDaemons(leaf, ['bgpd'], context)).rejects.toThrow('bgpd of leaf1 refused its configuration');
  });
});
