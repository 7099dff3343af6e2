// The lab from deploy to teardown on stand-ins: done once, done again, damaged, healed, taken away; and every variant, small and large, killed on the way.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runKilledAfter } from './killed-after.ts';
import { complaintsAbout, hasKubectl, shapesOf } from './real-kubectl.ts';
import { openStandInHost } from './rig.ts';

const patience = 480_000;
const changing =
  /^(minikube (start|node|delete)|containerlab (deploy|destroy|tools)|cilium (install|upgrade|config|uninstall)|kubectl .*\b(apply|delete|label|rollout)\b|docker (pull|run|rm))/;

describe('the lab on stand-ins', () => {
  const host = openStandInHost('srl-cilium');
  /** Runs the program and gives back what it said and which commands it called that change something. */
  const lab = async (...args: string[]) => {
    const before = host.called();
    const ended = await host.lab(...args);
    return {
      ...ended,
      changes: host
        .world()
        .calls.slice(before)
        .filter((call) => changing.test(call)),
    };
  };

  beforeAll(async () => {
    await host.tool('minikube', 'start', '-p', 'other');
    const deployed = await lab('run', 'deploy', '--variant', 'tried', '--no-tty', '--set', 'fineTuning=after');
    expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
  }, patience);
  afterAll(() => host[Symbol.asyncDispose]());

  it('deploys: nodes on the fabric, kube-proxy and its rules gone, docker’s own rules kept', () => {
    const { containers } = host.world();
    expect(containers['cluster1-m02']?.interfaces['eth1']?.addresses).toEqual(['192.168.1.12/24']);
    expect(containers['client4']?.interfaces['eth1']?.addresses).toEqual(['192.168.2.14/24']);
    expect(containers['cluster1']?.lostDocker).toBeUndefined();
  });

  it('restarts the operator after the last change of its configuration, and agents no more than those changes do', () => {
    const { calls } = host.world();
    const at = (start: string): number => calls.findLastIndex((call) => call.startsWith(start));
    const restart = 'kubectl --context cluster1 -n kube-system rollout restart';
    expect(at(`${restart} deployment/cilium-operator`)).toBeGreaterThan(at('cilium config set'));
    expect(at(`${restart} daemonset/cilium`)).toBe(-1);
  });

  it(
    'finds everything satisfied when it is done again, and changes nothing',
    async () => {
      const again = await lab('run', 'deploy', '--no-tty');
      expect(again.code, again.stdout).toBe(0);
      expect(again.changes).toEqual([]);
      expect(again.stdout).toMatch(/\d+ already true, \d+ proved/);
    },
    patience,
  );

  it(
    'verifies',
    async () => {
      const verified = await lab('run', 'verify', '--no-tty');
      expect(verified.code, verified.stdout + verified.stderr).toBe(0);
      expect(verified.changes).toEqual([]);
    },
    patience,
  );

  it(
    'enters routers, nodes and clients by name',
    async () => {
      const places = ['spine2', 'leaf1', 'cluster1-m03', 'client4'];
      const said = await Promise.all(places.map((place) => lab('exec', place, '--', 'echo', place)));
      expect(said.map(({ stdout }) => stdout.trim())).toEqual(places);
      expect((await lab('exec', 'mgmt', '--', 'true')).code).toBe(2);
    },
    patience,
  );

  it(
    'lays a cable again that a node lost by its restart, gives it its address, and touches nothing else',
    async () => {
      await host.tool('docker', 'restart', 'cluster1-m02');
      const planned = await lab('plan', 'deploy', '--json');
      const { steps } = JSON.parse(planned.stdout) as { steps: { address: string; verdict: string; reason: string }[] };
      const toRun = steps.filter(({ verdict }) => verdict === 'run');
      expect(toRun.map(({ address }) => address)).toEqual(['fabric', 'node-address[cluster1-m02]']);
      expect(toRun[0]?.reason).toContain('14 of 15 cables; leaf2:e1-1--cluster1-m02:eth1 is cut');
      expect(planned.changes).toEqual([]);
      const healed = await lab('run', 'deploy', '--no-tty');
      expect(healed.code, healed.stdout + healed.stderr).toBe(0);
      expect(healed.changes).toEqual(['containerlab tools veth create -a leaf2:e1-1 -b cluster1-m02:eth1 -m 1500']);
      expect(host.world().containers['cluster1-m02']?.interfaces['eth1']?.addresses).toEqual(['192.168.1.12/24']);
    },
    patience,
  );

  it(
    'starts nodes again that were stopped, plugs them in again, and takes out the kube-proxy that comes back with them',
    async () => {
      await host.tool('docker', 'stop', 'cluster1-m03');
      await host.tool('docker', 'stop', 'cluster1');
      const healed = await lab('run', 'deploy', '--no-tty');
      expect(healed.code, healed.stdout + healed.stderr).toBe(0);
      expect(healed.changes[0]).toMatch(/^minikube start --nodes 3 -p cluster1/);
      expect(healed.changes.filter((call) => call.startsWith('containerlab')).sort()).toEqual([
        'containerlab tools veth create -a leaf1:e1-1 -b cluster1:eth1 -m 1500',
        'containerlab tools veth create -a leaf3:e1-1 -b cluster1-m03:eth1 -m 1500',
      ]);
      expect(healed.changes).toContain(
        'kubectl --context cluster1 -n kube-system delete daemonset/kube-proxy configmap/kube-proxy --ignore-not-found',
      );
      expect(host.world().containers['cluster1']?.rules).toMatchObject({ proxy: false });
    },
    patience,
  );

  it(
    'builds the fabric anew when a router is gone',
    async () => {
      await host.tool('docker', 'rm', 'spine1');
      const healed = await lab('run', 'deploy', '--no-tty');
      expect(healed.code, healed.stdout + healed.stderr).toBe(0);
      expect(healed.changes.filter((call) => call.startsWith('containerlab'))).toEqual([
        expect.stringMatching(/^containerlab deploy -t \S+ --reconfigure$/),
      ]);
    },
    patience,
  );

  it(
    'traces: no packet of the service leaves the fabric, and no sniffer is left behind',
    async () => {
      const traced = await lab('run', 'trace', '--no-tty', '--set', 'requests=12');
      expect(traced.code, traced.stdout + traced.stderr).toBe(0);
      expect(traced.stdout).toContain('no packet of the service left the fabric');
      expect(Object.values(host.world().containers).filter(({ labels }) => 'lab.capture' in labels)).toEqual([]);
    },
    patience,
  );

  it.skipIf(!hasKubectl)(
    'calls kubectl only in ways the real one knows',
    async () => {
      const calls = shapesOf(host.world().argvs.filter(([tool]) => tool === 'kubectl'));
      expect(calls.length).toBeGreaterThan(10);
      expect(await complaintsAbout(calls, 'cluster1')).toEqual([]);
      const wrong = ['kubectl', '--context', 'cluster1', 'get', 'pods', '--ignore-missing'];
      expect(await complaintsAbout([wrong], 'cluster1')).toHaveLength(1);
    },
    patience,
  );

  it(
    'takes away what it made, proves it, and leaves another cluster alone',
    async () => {
      const gone = await lab('run', 'teardown', '--no-tty', '--yes');
      expect(gone.code, gone.stdout + gone.stderr).toBe(0);
      expect(gone.changes.filter((call) => call.startsWith('minikube'))).toEqual(['minikube delete -p cluster1']);
      const world = host.world();
      expect(Object.keys(world.containers)).toEqual(['other']);
      expect(Object.keys(world.profiles)).toEqual(['other']);
      expect(world.labs).toEqual({});
      const twice = await lab('run', 'teardown', '--no-tty', '--yes');
      expect(twice.code, twice.stdout + twice.stderr).toBe(0);
    },
    patience,
  );
});

const variants = [
  ['srl-cilium', 5, {}],
  ['srl-cilium-seed', 3, { cilium: '0.15.23', containerlab: '0.48.6', minikube: '1.32.0' }],
  ['srl-metallb', 1, {}],
] as const;
/** With KILLS=all every variant in three sizes, dying after each step; else one size of each, and after those that make what other tools make. */
const all = process.env['KILLS'] === 'all';
const isMeant = (address: string): boolean =>
  all || ['cluster', 'fabric', 'cilium', 'metallb', 'echo'].includes(address);
const sizes = (few: number): readonly number[] => (all ? [1, 3, 5] : [few]);

describe.each(variants)('%s, killed on its way', (variant, few, versions) => {
  it.each(sizes(few))(
    'comes up with %i nodes, is found done, verifies, and goes without a trace',
    async (nodes) => {
      await using host = openStandInHost(variant, versions);
      const succeed = async (...args: string[]) => {
        const before = host.called();
        const ended = await host.lab(...args, '--no-tty');
        expect(ended.code, ended.stdout + ended.stderr).toBe(0);
        return host
          .world()
          .calls.slice(before)
          .filter((call) => changing.test(call));
      };
      const set = ['--set', `nodes=${nodes}`, '--set', `leaves=${Math.max(4, nodes)}`];
      const { ended, kills } = await runKilledAfter(host, ['deploy', '--variant', 'tried', ...set], isMeant);
      expect(ended.code, ended.stdout + ended.stderr).toBe(0);
      expect(kills.length).toBeGreaterThanOrEqual(4);
      const { profiles, containers } = host.world();
      expect(profiles['cluster1']?.nodes).toHaveLength(nodes);
      expect(Object.keys(containers)).toHaveLength(2 + Math.max(4, nodes) + nodes + 4);
      expect(await succeed('run', 'deploy')).toEqual([]);
      expect(await succeed('run', 'verify')).toEqual([]);
      await succeed('run', 'teardown', '--yes');
      const left = host.world();
      expect([left.containers, left.volumes, left.profiles, left.labs]).toEqual([{}, {}, {}, {}]);
      expect(Object.keys(left.networks)).toEqual(['bridge', 'host', 'none']);
    },
    all ? 3_600_000 : patience,
  );
});
