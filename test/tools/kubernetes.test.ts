// What kubectl is asked by the variants, asked of a real API server by lab's own step types; and what they apply before its judgement.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab } from '../rig/lab.ts';
import { type Cluster, clusterPrograms, openCluster } from './rig/cluster.ts';
import { lacking } from './rig/programs.ts';
import { openProject, repository } from './rig/project.ts';

const missing = lacking(clusterPrograms);
const schemas = process.env['LAB_SCHEMAS'] ?? join(repository, '../shared/schemas');
const withoutSchemas = existsSync(schemas) ? '' : ` (skipped: no folder ${schemas}; set LAB_SCHEMAS)`;
const variants = ['srl-cilium', 'srl-cilium-seed', 'srl-metallb'] as const;

describe.skipIf(missing !== '')(`a real API server${missing}`, () => {
  let cluster: Cluster;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lab-kubernetes-'));
    cluster = await openCluster('cluster1', ['cluster1', 'cluster1-m02', 'cluster1-m03']);
    await using lab = openLab();
    for (const variant of variants) {
      const rendered = await lab.run('render', '--variant', variant, '--out', join(folder, variant));
      if (rendered.code !== 0) throw new Error(rendered.stderr);
    }
  });
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const dryRun = (file: string): string =>
    cluster.kubectl('apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', file);

  it.each(variants)('takes the echo service of %s', (variant) => {
    expect(dryRun(join(folder, variant, 'echo.yaml'))).toContain('serverside-applied (server dry run)');
  });

  const echo = `
  - id: echo
    uses: kubernetes.apply
    with: { cluster: cluster1, file: manifests/srl-cilium/echo.yaml }
    health:
      - { probe: kubernetes, cluster: cluster1, kind: pods, selector: app=nginxhello, count: 3, condition: Ready, within: 3m }
      - { probe: kubernetes, cluster: cluster1, kind: deployments, name: nginxhello, condition: Available, within: 3m }
`;
  const service = `
  - id: service
    needs: [echo]
    uses: kubernetes.service
    with: { cluster: cluster1, name: nginxhello, pool: 192.168.33.0/24, patience: 2 }
`;

  it('applies the echo service once, learns its address, and takes it away', async () => {
    await using project = openProject(cluster, { manifests: folder });
    expect(await project.deploy(echo)).toEqual({ echo: 'changed' });
    expect(await project.deploy(echo)).not.toMatchObject({ echo: 'changed' });

    const without = await project.tryDeploy(echo + service);
    expect(without.code).not.toBe(0);
    expect(without.stdout).toContain('it has no address yet');
    // Nobody gives addresses here: the test does what a load balancer would.
    const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: '192.168.33.10' }] } } });
    cluster.kubectl('patch', 'service', 'nginxhello', '--subresource=status', '--type=merge', '-p', status);
    const learned = await project.tryDeploy(echo + service);
    expect(learned.code).toBe(0);
    expect(learned.stdout).toContain('http://192.168.33.10/');
    expect(learned.stdout).toMatch(/"node":"cluster1(-m0[23])?"/);

    await project.teardown();
    expect(cluster.kubectl('get', 'deployments,services', '-l', 'app=nginxhello', '-o', 'name')).toBe('');
  });

  it('takes no rollout for done whose last change no controller has seen', async () => {
    await using project = openProject(cluster, { manifests: folder });
    await project.deploy(echo);
    const ask = `
  - id: rolled-out
    needs: []
    health: [{ probe: kubernetes, cluster: cluster1, kind: deployments, name: nginxhello, condition: Available, within: 0s }]
`;
    expect((await project.tryDeploy(ask)).code).toBe(0);
    const behind = await cluster.without('kube-controller-manager', () => {
      cluster.kubectl('set', 'image', 'deployment/nginxhello', 'nginxhello=nginx:other');
      return project.tryDeploy(ask);
    });
    expect(behind.code).not.toBe(0);
    expect(behind.stdout).toContain('its last change has not been seen yet');
    cluster.kubectl('delete', 'deployments,services', '-l', 'app=nginxhello');
  });

  const labels = { 'k8s-app': 'kube-proxy' };
  const kubeProxy = {
    ...{ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'kube-proxy', namespace: 'kube-system' } },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'a' }] } },
    },
  };

  it('sees a DaemonSet roll out, and takes it away with its pods', async () => {
    cluster.apply(kubeProxy);
    cluster.kubectl('-n', 'kube-system', 'create', 'configmap', 'kube-proxy');
    await using project = openProject(cluster, { manifests: folder });
    await project.deploy(`
  - id: there
    needs: []
    health: [{ probe: kubernetes, cluster: cluster1, namespace: kube-system, kind: daemonsets, name: kube-proxy, condition: Available, within: 3m }]
`);
    const gone = `
  - id: kube-proxy
    uses: kubernetes.gone
    with: { cluster: cluster1, namespace: kube-system, objects: [daemonset/kube-proxy, configmap/kube-proxy], pods: k8s-app=kube-proxy }
`;
    expect(await project.deploy(gone)).toEqual({ 'kube-proxy': 'changed' });
    expect(cluster.kubectl('-n', 'kube-system', 'get', 'daemonsets,configmaps,pods', '-o', 'name')).not.toContain(
      'kube-proxy',
    );
    expect(await project.deploy(gone)).not.toMatchObject({ 'kube-proxy': 'changed' });
  });

  it('labels nodes, and takes a label of theirs away', async () => {
    const kubectl = 'run: [kubectl, --context, cluster1, label';
    const nodes = 'probe: kubernetes, cluster: cluster1, kind: nodes';
    const label = 'node.kubernetes.io/exclude-from-external-load-balancers';
    cluster.kubectl('label', 'node', 'cluster1', `${label}=`);
    await using project = openProject(cluster, { manifests: folder });
    const steps = `
  - id: label
    ${kubectl}, node, cluster1-m02, bgp-policy=srl-k8s-anycast, --overwrite]
    health: [{ ${nodes}, selector: bgp-policy=srl-k8s-anycast, expect: 'names.exists(n, n == "cluster1-m02")' }]
  - id: announcers
    ${kubectl}, nodes, --all, ${label}-]
    health: [{ ${nodes}, selector: ${label}, count: 0 }]
`;
    expect(await project.deploy(steps)).toEqual({ label: 'changed', announcers: 'changed' });
    expect(cluster.kubectl('get', 'nodes', '-l', label, '-o', 'name')).toBe('');
  });

  it('fails at once for a context that is not there', async () => {
    await using project = openProject(cluster, { manifests: folder });
    const refused = await project.tryDeploy(`
  - id: never
    needs: []
    health: [{ probe: kubernetes, cluster: other, kind: nodes, within: 10m }]
`);
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toContain('context was not found for specified context: other');
  }, 60_000);

  it('tells a manifest that the API server refuses, in its words', async () => {
    writeFileSync(
      join(folder, 'refused.yaml'),
      'apiVersion: v1\nkind: Service\nmetadata: { name: refused }\nspec: { ports: [{ port: 99999 }] }\n',
    );
    await using project = openProject(cluster, { manifests: folder });
    const refused = await project.tryDeploy(
      `  - { id: it, uses: kubernetes.apply, with: { cluster: cluster1, file: manifests/refused.yaml } }\n`,
    );
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toContain('must be between 1 and 65535');
  });

  // The last one: for a while after definitions are gone, the cluster's garbage collector waits for them and takes no pods away.
  describe.skipIf(withoutSchemas !== '')(`with the makers' resource definitions${withoutSchemas}`, () => {
    it.each([
      { variant: 'srl-cilium-seed', from: 'cilium/1.14.0', files: ['bgp.yaml', 'pool.yaml'] },
      { variant: 'srl-cilium', from: 'cilium/1.18', files: ['bgp.yaml', 'pool.yaml'] },
      { variant: 'srl-metallb', from: 'metallb/0.16.1', files: ['metallb.yaml'] },
    ])('takes what $variant applies, and nothing misspelt', ({ variant, from, files }) => {
      const definitions = join(schemas, from);
      const names = readdirSync(definitions).map((name) => join(definitions, name));
      for (const name of names) cluster.kubectl('apply', '--server-side', '-f', name);
      try {
        cluster.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s');
        if (variant === 'srl-metallb') cluster.kubectl('create', 'namespace', 'metallb-system');
        for (const file of files) expect(dryRun(join(folder, variant, file))).toContain('(server dry run)');
      } finally {
        for (const name of names) cluster.kubectl('delete', '--ignore-not-found', '-f', name);
      }
    });
  });
});
