// The containerlab lab for real: containerlab of today and of before 0.70, Docker's engine, routers of FRR.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, outcomesOf } from '../rig/lab.ts';
import { childrenOf, type Engine, openEngine } from './rig/engine.ts';
import { debian, isRoot, lacking, program, release, routerImage } from './rig/programs.ts';

const changed = (outcomes: Readonly<Record<string, string>>): string[] =>
  Object.entries(outcomes)
    .filter(([, outcome]) => outcome === 'changed')
    .map(([address]) => address)
    .sort();

describe.each(['containerlab', 'containerlab_old'])('frr-clab with %s', (which) => {
  const containerlab = program('containerlab', release(which));
  const missing = lacking([debian, routerImage, containerlab], { root: isRoot });

  describe.skipIf(missing !== '')(`${containerlab.name}${missing}`, () => {
    let engine: Engine;
    let lab: Lab;
    beforeAll(async () => {
      engine = await openEngine();
      lab = engine.lab([containerlab]);
    });
    afterAll(async () => {
      await lab?.[Symbol.asyncDispose]();
      await engine?.[Symbol.asyncDispose]();
    });

    const deploy = (...more: string[]) => lab.run('run', 'deploy', '--variant', 'frr-clab', '--json', ...more);
    const containers = (): string[] =>
      engine.run('docker', 'ps', '--all', '--format', '{{.Names}}').trim().split('\n').filter(Boolean).sort();

    it('comes up after it was killed while containerlab deployed', async () => {
      const first = lab.start('run', 'deploy', '--variant', 'frr-clab', '--json');
      await first.event((event) => event.type === 'step.output' && event.address === 'fabric');
      for (const pid of childrenOf(first.child.pid ?? 0)) process.kill(pid, 'SIGKILL');
      await first.ended;
      const resumed = await lab.run('resume', '--json');
      expect(resumed.stderr).toBe('');
      expect(resumed.code).toBe(0);
      expect(changed(outcomesOf(resumed.stdout))).toContain('fabric');
    });

    it('answers each client from every pod, over the fabric only', async () => {
      const verified = await lab.run('run', 'verify', '--no-tty');
      expect(verified.stdout).toContain('no packet left the fabric');
      expect(verified.stdout).toMatch(/Answers to client4 +(\d+) of \1 answered: pod1-1 \d+, pod2-1 \d+, pod3-1 \d+/);
      expect(verified.code).toBe(0);
      const traced = await lab.run('run', 'trace', '--no-tty');
      expect(traced.stdout).toMatch(/verdict +60 of 60 requests answered; no packet left the fabric/);
    });

    it.each(['session', 'port'])(
      'loses a node by its %s, goes on for all clients, and has it back',
      async (failure) => {
        const failover = await lab.run('run', 'failover', '--set', `failure=${failure}`, '--json');
        expect(failover.stderr).toBe('');
        expect(failover.code).toBe(0);
        expect(failover.stdout).toMatch(/"verdict":"cluster1 was lost, and all 4 clients were answered/);
      },
    );

    it('lets a person into containers, tenants and pods', async () => {
      const name = async (place: string): Promise<string> =>
        (await lab.run('exec', place, '--', 'ip', '-br', 'address')).stdout;
      expect(await name('leaf1')).toContain('10.0.1.1/32');
      expect(await name('leaf1-vrf')).toContain('192.168.1.1/24');
      expect(await name('pod2-1')).toContain('192.168.17.');
      expect((await lab.run('exec', 'client1', '--', 'sh', '-c', 'exit 7')).code).toBe(7);
    });

    it('finds everything as it should be the second time', async () => {
      const again = await deploy();
      expect(changed(outcomesOf(again.stdout))).toEqual([]);
      expect(again.code).toBe(0);
    });

    const vrf = (leaf: string): string[] => [leaf, 'nsenter', '--net=/run/netns/ip-vrf-1'];
    const bgpd = ['vtysh', '-d', 'bgpd', '-c', 'configure terminal', '-c'];
    const damages: readonly (readonly [address: string, saw: string, ...command: string[]])[] = [
      ['client-dress[client1]', 'no route to default via 192.168.2.1', 'client1', 'ip', 'route', 'delete', 'default'],
      [
        'client-dress[client2]',
        'eth1 has no address 192.168.2.12/24',
        'client2',
        'ip',
        'address',
        'flush',
        'dev',
        'eth1',
      ],
      ['leaf-dress[leaf1]', 'net.ipv4.ip_forward is 0, not 1', 'leaf1', 'sysctl', '-w', 'net.ipv4.ip_forward=0'],
      ['leaf-dress[leaf2]', 'ip-vrf-1: e1-1 is in no bridge', ...vrf('leaf2'), 'ip', 'link', 'set', 'e1-1', 'nomaster'],
      ['leaf-dress[leaf3]', 'ip-vrf-1: e1-1 is down', ...vrf('leaf3'), 'ip', 'link', 'set', 'e1-1', 'down'],
      [
        ...(['leaf-dress[leaf4]', 'ip-vrf-1: a route to blackhole 192.168.33.10', ...vrf('leaf4')] as const),
        ...['ip', 'route', 'add', 'blackhole', '192.168.33.10'],
      ],
      [
        ...(['node-dress[cluster1]', 'pod1-1: eth0 has 10.9.9.9/32, which is too many', 'cluster1'] as const),
        ...['ip', '-n', 'pod1-1', 'address', 'add', '10.9.9.9/32', 'dev', 'eth0'],
      ],
      [
        ...(['node-dress[cluster1-m02]', 'no route to 192.168.0.0/16', 'cluster1-m02'] as const),
        ...['ip', 'route', 'delete', '192.168.0.0/16'],
      ],
      [
        ...(['spine-dress[spine1]', 'a packet filter too many in table filter', 'spine1'] as const),
        ...['iptables', '--append', 'FORWARD', '--jump', 'DROP'],
      ],
      [
        ...([
          'leaf[leaf4]',
          'bgpd goes by "neighbor 10.1.0.1 shutdown", which its file does not say',
          'leaf4',
        ] as const),
        ...[...bgpd, 'router bgp 64321', '-c', 'neighbor 10.1.0.1 shutdown'],
      ],
      [
        ...([
          'spine[spine2]',
          'bgpd does not go by "neighbor 10.0.1.4 peer-group overlay" any more',
          'spine2',
        ] as const),
        ...[...bgpd, 'router bgp 64321', '-c', 'no neighbor 10.0.1.4'],
      ],
    ];

    it('sees what a container has lost, or has too much, and puts just that right with one deploy', async () => {
      for (const [, , ...command] of damages) engine.run('docker', 'exec', ...command);
      const planned = JSON.parse((await lab.run('plan', 'deploy', '--json')).stdout) as {
        steps: { address: string; verdict: string; reason: string }[];
      };
      const reasons = planned.steps.flatMap(({ address, verdict, reason }) =>
        verdict === 'run' ? [{ address, reason }] : [],
      );
      expect(reasons.map(({ address }) => address).sort()).toEqual(damages.map(([address]) => address).sort());
      for (const [address, saw] of damages)
        expect(reasons.find((each) => each.address === address)?.reason).toContain(saw);
      const healed = await deploy();
      expect(healed.stderr).toBe('');
      expect(changed(outcomesOf(healed.stdout))).toEqual(damages.map(([address]) => address).sort());
      expect(healed.code).toBe(0);
      expect(changed(outcomesOf((await deploy()).stdout))).toEqual([]);
      expect((await lab.run('run', 'verify', '--quiet')).code).toBe(0);
    });

    it('heals a router whose daemon was killed, and nothing else', async () => {
      engine.run('docker', 'exec', 'leaf1', 'pkill', '-KILL', 'bgpd');
      const healed = await deploy();
      expect(changed(outcomesOf(healed.stdout))).toEqual(['leaf[leaf1]']);
      expect(healed.code).toBe(0);
    });

    it('lays a cable again that was cut, also one that leads into a tenant', async () => {
      engine.run('docker', 'exec', 'spine2', 'ip', 'link', 'delete', 'e1-3');
      engine.run('docker', 'exec', 'client2', 'ip', 'link', 'delete', 'eth1');
      const healed = await deploy();
      expect(changed(outcomesOf(healed.stdout))).toEqual([
        'client-dress[client2]',
        'fabric',
        'leaf-dress[leaf2]',
        'leaf-dress[leaf3]',
        'spine-dress[spine2]',
      ]);
      expect(healed.code).toBe(0);
    });

    it('plugs a node in again that was killed', async () => {
      engine.run('docker', 'kill', 'cluster1-m02');
      const healed = await deploy();
      expect(changed(outcomesOf(healed.stdout))).toEqual([
        'container[cluster1-m02]',
        'fabric',
        'leaf-dress[leaf2]',
        'node-dress[cluster1-m02]',
        'node[cluster1-m02]',
        'pod[pod2-1]',
        'service[cluster1-m02]',
      ]);
      expect(healed.code).toBe(0);
    });

    it('builds a container of containerlab again that was killed', async () => {
      engine.run('docker', 'kill', 'client3');
      const healed = await deploy();
      expect(healed.stderr).toBe('');
      expect(healed.code).toBe(0);
      expect(changed(outcomesOf(healed.stdout))).toContain('fabric');
      expect((await lab.run('run', 'verify', '--quiet')).code).toBe(0);
    });

    it('takes a router away and does it again', async () => {
      const redone = await lab.run('redo', 'leaf[leaf2]', '--json');
      expect(redone.stderr).toBe('');
      expect(redone.code).toBe(0);
      expect((await lab.run('run', 'verify', '--quiet')).code).toBe(0);
    });

    it('has no container left of a client that left the topology', async () => {
      const smaller = await deploy('--set', 'clients=3');
      expect(smaller.stderr).toBe('');
      expect(smaller.code).toBe(0);
      expect(containers()).not.toContain('client4');
      expect(containers()).toContain('client3');
    });

    it('is torn down without a trace', async () => {
      const down = await lab.run('run', 'teardown', '--json');
      expect(down.stderr).toBe('');
      expect(down.code).toBe(0);
      expect(containers()).toEqual([]);
      expect(engine.run('docker', 'network', 'ls', '--format', '{{.Name}}')).not.toContain('frrlab');
    });
  });
});
