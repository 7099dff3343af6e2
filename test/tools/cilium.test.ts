// The cilium command and helm for real, on a real API server: kwok's nodes say of Cilium's pods that they run, and none of them does.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseValues } from '../../steps/kubernetes/helm-release.ts';
import { objectsIn } from '../../steps/kubernetes/kubectl.ts';
import { type Cluster, clusterPrograms, openCluster } from './rig/cluster.ts';
import { lacking, program, release } from './rig/programs.ts';
import { openProject } from './rig/project.ts';

const version = release('cilium_chart');
const cilium = program('cilium', `${release('cilium_cli')}-${version}`);
const helm = program('helm', release('helm'));
const missing = lacking(clusterPrograms);

describe.skipIf(missing !== '')(`Cilium in a cluster of kwok${missing}`, () => {
  let cluster: Cluster;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lab-helm-'));
    cluster = await openCluster('cluster1', ['cluster1', 'cluster1-m02', 'cluster1-m03']);
  });
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const install = (more: string, to = version): string => `
  - id: cilium
    uses: cilium.install
    with:
      cluster: cluster1
      version: ${to}
      values:
        routingMode: native
        kubeProxyReplacement: true
        autoDirectNodeRoutes: false
        k8sServiceHost: 192.168.49.2
        k8sServicePort: 8443
        ipam.mode: cluster-pool
        ipam.operator.clusterPoolIPv4PodCIDRList: [192.168.16.0/20]
        ipam.operator.clusterPoolIPv4MaskSize: 24
        ipv4NativeRoutingCIDR: 192.168.0.0/16
${more}
    timeout: 5m
`;
  const tuning = `
  - id: bgp
    needs: [cilium]
    uses: cilium.config
    with: { cluster: cluster1, key: enable-bgp-control-plane, value: "true" }
  - id: operator
    needs: [bgp]
    uses: cilium.fresh
    with: { cluster: cluster1, component: operator, pods: 1, patience: 200 }
  - id: agents
    needs: [operator]
    uses: cilium.fresh
    with: { cluster: cluster1, component: agent, pods: 3, patience: 200 }
`;
  const setting = (key: string): string =>
    cluster.kubectl('-n', 'kube-system', 'get', 'configmap', 'cilium-config', '-o', `jsonpath={.data.${key}}`);
  const changed = (outcomes: Readonly<Record<string, string>>): string[] =>
    Object.keys(outcomes).filter((address) => outcomes[address] === 'changed');

  const withoutCilium = lacking([cilium]);
  it.skipIf(withoutCilium !== '')(
    `is installed, tuned, changed and taken away by the cilium command${withoutCilium}`,
    async () => {
      await using project = openProject(cluster, { programs: [cilium] });
      const devices = '        devices: eth1';
      expect(changed(await project.deploy(install(devices) + tuning))).toContain('cilium');
      expect(['routing-mode', 'devices', 'kube-proxy-replacement', 'cluster-pool-ipv4-cidr'].map(setting)).toEqual([
        'native',
        'eth1',
        'true',
        '192.168.16.0/20',
      ]);
      expect(setting('enable-bgp-control-plane')).toBe('true');
      expect(changed(await project.deploy(install(devices) + tuning))).toEqual([]);

      // What is no longer asked for is gone, and what was set without the chart is set again where it is still asked for.
      expect(changed(await project.deploy(install('') + tuning))).toContain('cilium');
      expect(setting('devices')).toBe('');
      expect(setting('enable-bgp-control-plane')).toBe('true');

      await project.teardown();
      const left = [
        'get',
        'daemonsets,deployments,configmaps,secrets',
        '-l',
        'app.kubernetes.io/part-of=cilium',
        '-o',
        'name',
      ];
      expect(cluster.kubectl('-n', 'kube-system', ...left)).toBe('');
      expect(cluster.kubectl('-n', 'kube-system', 'get', 'secrets', '-l', 'owner=helm', '-o', 'name')).toBe('');
    },
  );

  it.skipIf(withoutCilium !== '')(
    `is installed anew after an installation that was cut off${withoutCilium}`,
    async () => {
      await using project = openProject(cluster, { programs: [cilium] });
      const steps = install('        devices: eth1');
      await project.deploy(steps);
      const secret = 'secret/sh.helm.release.v1.cilium.v1';
      cluster.kubectl('-n', 'kube-system', 'label', secret, 'status=pending-install', '--overwrite');
      expect(changed(await project.deploy(steps))).toEqual(['cilium']);
      expect(cluster.kubectl('-n', 'kube-system', 'get', secret, '-o', 'jsonpath={.metadata.labels.status}')).toBe(
        'deployed',
      );
      await project.teardown();
    },
  );

  it.skipIf(withoutCilium !== '')(`is not installed by a command too old for it${withoutCilium}`, async () => {
    await using project = openProject(cluster, { programs: [cilium] });
    const refused = await project.tryDeploy(install('', '1.18.14'));
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toContain(`and this is ${release('cilium_cli')}`);
  });

  const withoutHelm = lacking([helm]);
  it.skipIf(withoutHelm !== '')(`has the values of a release as helm keeps them${withoutHelm}`, () => {
    const run = (...args: string[]): string => {
      const env = { PATH: `${helm.bin}:${process.env['PATH']}`, HOME: folder, KUBECONFIG: cluster.kubeconfig };
      const { status, stdout, stderr } = spawnSync('helm', args, { env, encoding: 'utf8', cwd: folder });
      if (status !== 0) throw new Error(stderr);
      return stdout;
    };
    const kept = (revision: number): Readonly<Record<string, unknown>> | undefined => {
      const [secret] = objectsIn(
        cluster.kubectl('get', 'secret', `sh.helm.release.v1.demo.v${revision}`, '-o', 'json'),
      );
      return secret && releaseValues(secret);
    };
    run('create', 'demo');
    run('install', 'demo', './demo', '--set', 'image.tag=one,replicaCount=2', '--set', 'list={a,b}');
    expect(kept(1)).toEqual({ 'image.tag': 'one', replicaCount: 2, list: ['a', 'b'] });
    run('upgrade', 'demo', './demo', '--reset-then-reuse-values', '--set', 'image.tag=two');
    expect(kept(2)).toEqual({ 'image.tag': 'two', replicaCount: 2, list: ['a', 'b'] });
    run('upgrade', 'demo', './demo', '--reset-values', '--set', 'image.tag=three');
    expect(kept(3)).toEqual({ 'image.tag': 'three' });
    run('uninstall', 'demo', '--wait');
  });
});
