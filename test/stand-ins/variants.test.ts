// The variants that extend the lab: the versions of its first description, and MetalLB instead of Cilium.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openStandInHost, type StandInHost } from './rig.ts';

const patience = 480_000;

const succeed = async (host: StandInHost, ...args: string[]): Promise<string> => {
  const ended = await host.lab(...args);
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  return ended.stdout;
};

describe('the versions of the first description', () => {
  it(
    'use its commands; traffic leaves the fabric as it did then, and the fix keeps it inside',
    async () => {
      await using host = openStandInHost('srl-cilium-seed', { cilium: '0.15.23', containerlab: '0.48.6' });
      await succeed(host, 'run', 'deploy', '--variant', 'tried', '--no-tty');
      const { calls } = host.world();
      expect(calls.find((call) => call.startsWith('minikube start'))).toMatch(
        /^minikube start --nodes 3 -p cluster1 --network-plugin=cni --cni=false .*--kubernetes-version=v1\.28\.3/,
      );
      const install = calls.find((call) => call.startsWith('cilium install')) ?? '';
      expect(install.match(/(?<=--set )\S+/g)?.sort()).toEqual([
        'ipam.mode=cluster-pool',
        'ipam.operator.clusterPoolIPv4PodCIDRList=192.168.16.0/20',
        'ipv4NativeRoutingCIDR=192.168.0.0/16',
        'kubeProxyReplacement=true',
        'routingMode=native',
        'tunnel=disabled',
      ]);
      expect(install).toContain('--version 1.14.3');
      expect(calls).toContain('docker pull ghcr.io/nokia/srlinux:23.7.1');
      expect(calls).toContain('cilium config set --context cluster1 enable-bgp-control-plane true');
      expect(calls).toContain('cilium config set --context cluster1 devices eth1');

      const leaking = await succeed(host, 'run', 'trace', '--no-tty', '--set', 'requests=12');
      expect(leaking).toMatch(/packets of the service left the fabric/);
      await succeed(host, 'run', 'deploy', '--no-tty', '--set', 'keepTrafficInFabric=true');
      const upgrade = host.world().calls.find((call) => call.startsWith('cilium upgrade'));
      expect(upgrade).toContain('--set nodePort.directRoutingDevice=eth1');
      expect(upgrade).toContain('--set ipv4NativeRoutingCIDR=192.168.0.0/19');
      const kept = await succeed(host, 'run', 'trace', '--no-tty', '--set', 'requests=12');
      expect(kept).toContain('no packet of the service left the fabric');
      await succeed(host, 'run', 'teardown', '--no-tty', '--yes');
      expect(host.world().containers).toEqual({});
    },
    patience,
  );
});

describe('MetalLB instead of Cilium', () => {
  it(
    'deploys, verifies and goes without ever calling cilium',
    async () => {
      await using host = openStandInHost('srl-metallb');
      const deployed = await succeed(host, 'run', 'deploy', '--variant', 'tried', '--no-tty');
      expect(deployed).toContain('http://1.1.1.100/');
      await succeed(host, 'run', 'verify', '--no-tty');
      expect(host.world().calls.filter((call) => call.startsWith('cilium'))).toEqual([]);
      await succeed(host, 'run', 'teardown', '--no-tty', '--yes');
      expect(host.world().containers).toEqual({});
    },
    patience,
  );
});

describe('one install command', () => {
  it(
    'leaves the fine tuning nothing to do, also where a leaf has no hosts',
    async () => {
      await using host = openStandInHost('srl-cilium');
      const set = ['--set', 'nodes=2', '--set', 'leaves=3', '--set', 'clients=1'];
      await succeed(host, 'run', 'deploy', '--variant', 'tried', '--no-tty', ...set);
      const { calls } = host.world();
      expect(calls.filter((call) => /^cilium config set|rollout restart/.test(call))).toEqual([]);
      await succeed(host, 'run', 'verify', '--no-tty');
    },
    patience,
  );
});

describe('the variant that the documentation makes', () => {
  it(
    'deploys and verifies as it is written there',
    async () => {
      const page = readFileSync(new URL('../../docs/variants.md', import.meta.url), 'utf8');
      const [variant = '', deploy = ''] = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text);
      const files = { 'workflows/small-120/variant.yaml': variant, 'workflows/small-120/deploy.yaml': deploy };
      await using host = openStandInHost('small-120', {}, files);
      const deployed = await succeed(host, 'run', 'deploy', '--variant', 'tried', '--no-tty');
      expect(deployed).toContain('Names resolve in the cluster');
      expect(host.world().calls.find((call) => call.startsWith('cilium install'))).toContain(
        '--set loadBalancer.algorithm=maglev',
      );
      await succeed(host, 'run', 'verify', '--no-tty');
    },
    patience,
  );
});
