// Deploys that are cut off: tools that do half and fail, tools that hang, the program killed. Resuming reaches the same end.
import { afterAll, describe, expect, it } from 'vitest';
import { openStandInHost } from './rig.ts';

const patience = 480_000;

describe('a deploy that is cut off', () => {
  const host = openStandInHost('srl-cilium');
  afterAll(() => host[Symbol.asyncDispose]());
  const resume = async (): Promise<readonly string[]> => {
    const before = host.called();
    const ended = await host.lab('resume', '--no-tty');
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    return host.world().calls.slice(before);
  };

  it(
    'says what failed when the cluster came up with one node of three, and how to go on',
    async () => {
      host.order({ on: 'minikube start', do: 'half', times: 1 });
      const ended = await host.lab('run', 'deploy', '--variant', 'tried', '--no-tty');
      expect(ended.code).toBe(1);
      expect(ended.stdout + ended.stderr).toContain('GUEST_PROVISION');
      expect(ended.stdout).toContain('npx lab resume');
      const world = host.world();
      expect(world.profiles['cluster1']?.nodes).toEqual(['cluster1']);
      // Images come while the cluster starts, not after it.
      expect(world.calls.filter((call) => call.startsWith('docker pull'))).toHaveLength(2);
    },
    patience,
  );

  it(
    'completes the cluster node by node, and fails again where containerlab does half',
    async () => {
      host.order({ on: 'containerlab deploy', do: 'half', times: 1 });
      const before = host.called();
      const ended = await host.lab('resume', '--no-tty');
      expect(ended.code).toBe(1);
      const calls = host.world().calls.slice(before);
      expect(calls.filter((call) => call.startsWith('minikube node add'))).toHaveLength(2);
      expect(host.world().profiles['cluster1']?.nodes).toHaveLength(3);
    },
    patience,
  );

  it(
    'builds the half-built fabric anew, and is killed while Cilium installs',
    async () => {
      host.order({ on: 'cilium install', do: 'hang', times: 1 });
      const run = host.start('resume', '--no-tty');
      const installing = (): boolean => host.world().calls.some((call) => call.startsWith('cilium install'));
      await host.until(installing, run);
      run.child.kill('SIGKILL');
      expect((await run.ended).signal).toBe('SIGKILL');
      expect(host.world().calls.filter((call) => /^containerlab deploy .*--reconfigure/.test(call))).toHaveLength(2);
    },
    patience,
  );

  it(
    'ends the command that outlived it, takes out an installation that was cut off, and gets there',
    async () => {
      host.order({ on: 'cilium install', do: 'half', times: 1 });
      const cut = await host.lab('resume', '--no-tty', '--survivors', 'end');
      expect(cut.code, cut.stdout + cut.stderr).toBe(1);
      const calls = await resume();
      const cilium = calls.filter((call) => /^cilium (un)?install/.test(call)).map((call) => call.split(' ')[1]);
      expect(cilium).toEqual(['uninstall', 'install']);
      const verified = await host.lab('run', 'verify', '--no-tty');
      expect(verified.code, verified.stdout + verified.stderr).toBe(0);
    },
    patience,
  );

  it(
    'is taken away in the end, also when tools do half of that',
    async () => {
      host.order({ on: 'containerlab destroy', do: 'half', times: 1 }, { on: 'minikube delete', do: 'half', times: 1 });
      const half = await host.lab('run', 'teardown', '--no-tty', '--yes');
      expect(half.code, half.stdout).toBe(1);
      expect(Object.keys(host.world().containers)).not.toEqual([]);
      // The cluster, which the fabric rests on, was left alone until the fabric is gone.
      const again = await host.lab('run', 'teardown', '--no-tty', '--yes');
      expect(again.code, again.stdout).toBe(1);
      expect(again.stdout).toContain('undone       fabric: removed containerlab');
      const whole = await host.lab('run', 'teardown', '--no-tty', '--yes');
      expect(whole.code, whole.stdout + whole.stderr).toBe(0);
      const { containers, profiles, networks, labs } = host.world();
      expect({ containers, profiles, labs }).toEqual({ containers: {}, profiles: {}, labs: {} });
      expect(Object.keys(networks)).toEqual(['bridge', 'host', 'none']);
    },
    patience,
  );
});

describe('a host that is not ready', () => {
  it(
    'is told before anything is made that the topology is for a newer containerlab, or Cilium for another command',
    async () => {
      await using host = openStandInHost('srl-cilium', { containerlab: '0.70.0' });
      const set = ['--set', 'containerlab=0.79.0', '--set', 'cilium=1.14.3'];
      const ended = await host.lab('run', 'deploy', '--variant', 'tried', '--no-tty', ...set);
      expect(ended.code).toBe(1);
      expect(ended.stdout).toContain('the topology is written for containerlab 0.79.0, and this is 0.70.0');
      expect(ended.stdout).toContain('the cilium command 0.19.7 installs Cilium from 1.16 on, and 1.14.3 is older');
      expect(host.world().profiles).toEqual({});
    },
    patience,
  );

  it(
    'is told what is in the way before anything is made',
    async () => {
      await using host = openStandInHost('srl-cilium');
      await host.tool('minikube', 'start', '-p', 'leaf1');
      const ended = await host.lab('run', 'deploy', '--variant', 'tried', '--no-tty');
      expect(ended.code).toBe(1);
      expect(ended.stdout).toContain("a container leaf1 is there that is not the lab's");
      expect(Object.keys(host.world().profiles)).toEqual(['leaf1']);
    },
    patience,
  );

  it(
    'is told which tools it lacks, with their versions and where to get them',
    async () => {
      await using host = openStandInHost('srl-cilium', { cilium: '0.15.14', containerlab: '0.40.0' });
      const ended = await host.lab('run', 'deploy', '--variant', 'tried', '--no-tty');
      expect(ended.code).toBe(4);
      expect(ended.stdout + ended.stderr).toMatch(/containerlab >=0\.70\.0\s+0\.40\.0/);
      expect(ended.stdout + ended.stderr).toMatch(/cilium >=0\.18\.7\s+0\.15\.14/);
      const planned = await host.lab('plan', 'deploy', '--variant', 'tried');
      expect(planned.stdout).toContain(
        "tried can't run here yet; missing: containerlab >=0.70.0, cilium >=0.18.7 (lab doctor",
      );
      const looked = await host.lab('doctor', '--variant', 'tried');
      expect(looked.code).toBe(4);
      expect(looked.stdout).toContain('bash -c "$(curl -sL https://get.containerlab.dev)"');
    },
    patience,
  );

  it(
    'is told that a cluster of that name was started otherwise, and keeps it',
    async () => {
      await using host = openStandInHost('srl-cilium');
      await host.tool('minikube', 'start', '-p', 'cluster1', '--nodes', '3', '--kubernetes-version=v1.33.1');
      const ended = await host.lab('run', 'deploy', '--variant', 'tried', '--no-tty');
      expect(ended.code).toBe(1);
      expect(ended.stdout + ended.stderr).toContain('it was started with network plugin unset, and cni is wanted');
      expect(host.world().profiles['cluster1']?.nodes).toHaveLength(3);
    },
    patience,
  );
});
