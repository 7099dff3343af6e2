// What lab says of kube-proxy, Cilium and MetalLB.
import { gzipSync } from 'node:zlib';
import type { Host } from '../../../src/engine/ports.ts';
import { ciliumAgent } from '../../../steps/cilium/agent.ts';
import { ciliumFresh } from '../../../steps/cilium/config.ts';
import { ciliumInstall } from '../../../steps/cilium/install.ts';
import { ciliumBgp } from '../../../steps/cilium/probes.ts';
import { kubernetesApply } from '../../../steps/kubernetes/apply.ts';
import { kubernetesGone } from '../../../steps/kubernetes/gone.ts';
import { kubeProxyRules } from '../../../steps/kubernetes/kube-proxy.ts';
import { kubernetesProbe } from '../../../steps/kubernetes/probe.ts';
import { kubernetesService } from '../../../steps/kubernetes/service.ts';
import { metallbBgp } from '../../../steps/metallb/sessions.ts';
import type { Answer } from '../../steps/scripted-context.ts';
import { cluster, json, list, model, objects, onHost, refusal, type Said, saw } from './saying.ts';

const cilium = ciliumInstall.input.parse({ cluster, version: '1.18.14', values: { devices: 'eth1' } });
const daemonset = json(
  objects('DaemonSet', 'cilium', {
    spec: { template: { spec: { containers: [{ name: 'cilium-agent', image: 'quay.io/cilium/cilium:v1.18.14' }] } } },
  }),
);
const release = (status: string): Answer => list({ metadata: { name: 's', labels: { version: '1', status } } });
/** A release as helm's secret holds it. */
const releaseData = (config: object) => ({
  release: Buffer.from(gzipSync(JSON.stringify({ config })).toString('base64')).toString('base64'),
});
const config = (at: string): Answer =>
  json({ metadata: { name: 'cilium-config', creationTimestamp: at, managedFields: [{ time: at }] }, data: {} });
const pod = (name: string, at: string) => ({
  metadata: { name, creationTimestamp: at },
  spec: { nodeName: cluster },
  status: {
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [{ state: { running: { startedAt: at } } }],
  },
});
const peer = (advertised: number) => ({
  'peer-address': '192.168.1.1',
  'session-state': 'established',
  families: [{ afi: 'ipv4', safi: 'unicast', advertised }],
});
/** A clock on which a wait is over at once. */
const fast = (): Partial<Host> => {
  let at = 0;
  const sleep = async (ms: number): Promise<void> => {
    at += ms;
  };
  const clock = { now: () => at, monotonic: () => at, sleep };
  return { clock } as unknown as Partial<Host>;
};

export const ofBalancers: Said = {
  'DaemonSet kube-proxy is there': () => {
    const step = kubernetesGone.input.parse({ cluster, objects: ['daemonset/kube-proxy'] });
    return saw(kubernetesGone.check?.(step, onHost([['get', json(objects('DaemonSet', 'kube-proxy'))]])));
  },
  '12 lines of kube-proxy, such as :KUBE-SERVICES …': () => {
    const lines = [':KUBE-SERVICES - [0:0]', ...Array.from({ length: 11 }, (_, at) => `:KUBE-SVC-${at} - [0:0]`)];
    const saved = { stdout: ['*nat', ...lines, 'COMMIT', ''].join('\n') };
    return saw(
      kubeProxyRules.check?.({ container: cluster, kubernetes: 'v1.33.1' }, onHost([[' iptables-nft-save', saved]])),
    );
  },
  'nothing will tell whether the value X did anything': async () => {
    const context = onHost([['cilium version', { stdout: 'cilium-cli: v0.19.7' }]]);
    await ciliumInstall.run({ ...cilium, values: { X: 'y' } }, context);
    return context.logged.join('\n');
  },
  'devices is not set, not eth1': () =>
    saw(
      ciliumInstall.check?.(
        cilium,
        onHost([
          ['daemonset', daemonset],
          ['secrets', release('deployed')],
          ['configmap', config('2026-11-24T19:02:40Z')],
        ]),
      ),
    ),
  'the value nodePort.directRoutingDevice is still set, and nothing asks for it': () => {
    const set = { data: { devices: 'eth1' } };
    const made = { devices: 'eth1', nodePort: { directRoutingDevice: 'eth1' }, cluster: { name: cluster } };
    const secret = { metadata: { name: 's', labels: { version: '2', status: 'deployed' } }, data: releaseData(made) };
    return saw(
      ciliumInstall.check?.(
        cilium,
        onHost([
          ['daemonset', daemonset],
          ['secrets', list(secret)],
          [
            'configmap',
            json({ metadata: { name: 'cilium-config', creationTimestamp: '2026-11-24T19:02:40Z' }, ...set }),
          ],
        ]),
      ),
    );
  },
  'cluster1-m02: its agent did not answer…': () => {
    const query = ciliumBgp.input.parse({ cluster, nodes: [cluster, 'cluster1-m02'], peer: '192.168.1.1' });
    const stderr = 'Errors retrieving peering state: failed to fetch bgp state from cilium-x7: command terminated';
    return saw(ciliumBgp.look(query, onHost([['bgp peers', { ...json({ [cluster]: [peer(2)] }), stderr }]])));
  },
  'its address is 192.168.33.7, and was 192.168.33.83': () => {
    const service = objects('Service', 'nginxhello', {
      status: { loadBalancer: { ingress: [{ ip: '192.168.33.7' }] } },
    });
    const more = { pool: '192.168.33.0/24', expected: '192.168.33.83' };
    const step = kubernetesService.input.parse({ cluster, name: 'nginxhello', ...more });
    return saw(kubernetesService.check?.(step, onHost([['service', json(service)]])));
  },
  'its installation was cut off': () =>
    saw(
      ciliumInstall.check?.(
        cilium,
        onHost([
          ['daemonset', daemonset],
          ['secrets', release('pending-install')],
        ]),
      ),
    ),
  'an earlier installation was cut off; it is taken out first': async () => {
    const context = onHost([
      ['cilium version', { stdout: 'cilium-cli: v0.19.7' }],
      ['secrets', release('pending-install')],
      ['get-contexts', { stdout: cluster }],
    ]);
    await ciliumInstall.run(cilium, context);
    return context.logged.join('\n');
  },
  'the namespace cilium-secrets of an earlier Cilium is still being deleted': () => {
    const annotations = { 'meta.helm.sh/release-name': 'cilium' };
    const metadata = { name: 'cilium-secrets', annotations, deletionTimestamp: '2026-11-24T19:02:40Z' };
    return refusal(() =>
      ciliumInstall.run(
        cilium,
        onHost(
          [
            ['cilium version', { stdout: 'cilium-cli: v0.19.7' }],
            ['get namespaces', list({ metadata })],
          ],
          fast(),
        ),
      ),
    );
  },
  'cilium-operator-… was made 19:02:11, and the configuration changed 19:02:40': () =>
    saw(
      ciliumFresh.check?.(
        ciliumFresh.input.parse({ cluster, component: 'operator', pods: 1 }),
        onHost([
          ['configmap', config('2026-11-24T19:02:40Z')],
          ['pods', list(pod('cilium-operator-7d9', '2026-11-24T19:02:11Z'))],
        ]),
      ),
    ),
  'ciliumbgpclusterconfigs.cilium.io is not Established, after 180 s': () => {
    const step = kubernetesApply.input.parse({
      cluster,
      file: 'bgp.yaml',
      definitions: ['ciliumbgpclusterconfigs.cilium.io'],
    });
    return refusal(() => kubernetesApply.run(step, onHost([['get crd', list()]], fast())));
  },
  'it serves on eth0, not eth1': () =>
    saw(
      ciliumAgent.check?.(
        ciliumAgent.input.parse({ cluster, node: cluster, version: '1.18.14', device: 'eth1' }),
        onHost([
          ['get -n kube-system pods', list(pod('cilium-x', '2026-11-24T19:02:11Z'))],
          ['exec', json({ 'kube-proxy-replacement': { mode: 'True', deviceList: [{ name: 'eth0' }] } })],
        ]),
      ),
    ),
  'cluster1: announces 1 of 2 routes': () => {
    const query = ciliumBgp.input.parse({ cluster, nodes: [cluster], peer: '192.168.1.1', advertised: 2 });
    return saw(ciliumBgp.look(query, onHost([['bgp peers', json({ [cluster]: [peer(1)] })]])));
  },
  'it has no address yet: …': () => {
    const service = objects('Service', 'nginxhello', {
      spec: {},
      status: { conditions: [{ status: 'False', reason: 'no_pool' }] },
    });
    const step = kubernetesService.input.parse({ cluster, name: 'nginxhello', pool: '192.168.33.0/24' });
    return saw(kubernetesService.check?.(step, onHost([['service', json(service)]])));
  },
  'nodes that load balancers leave out: 1 of 0 nodes': async () => {
    const query = kubernetesProbe.input.parse({ cluster, kind: 'nodes', selector: 'excluded', count: 0 });
    return `nodes that load balancers leave out: ${await saw(kubernetesProbe.look(query, onHost([['get nodes', list(objects('Node', cluster))]])))}`;
  },
  '2 of 3 nodes Established; cluster1-m02: Active': () => {
    const nodes = model.nodes.map(({ name }) => name);
    const speakers = list(
      ...nodes.map((name) => ({ metadata: { name: `speaker-of-${name}` }, spec: { nodeName: name } })),
    );
    const state = (word: string): Answer => json({ ipv4Unicast: { peers: { '192.168.1.1': { state: word } } } });
    const query = metallbBgp.input.parse({ cluster, nodes, peer: '192.168.1.1' });
    return saw(
      metallbBgp.look(
        query,
        onHost([
          ['get -n metallb-system pods', speakers],
          ['speaker-of-cluster1-m02', state('Active')],
          ['exec', state('Established')],
        ]),
      ),
    );
  },
};
