// Objects of a cluster of the stand-in world in the shapes of the Kubernetes API.
import { gzipSync } from 'node:zlib';
import { isNodeReady, podsOf } from './cluster.mjs';
import { now, stamp } from './world.mjs';

const condition = (type, holds, reason) => ({
  type,
  status: holds ? 'True' : 'False',
  ...(!holds && reason && { reason }),
});

const labelsOf = {
  'kube-proxy': { 'k8s-app': 'kube-proxy' },
  cilium: { 'k8s-app': 'cilium' },
  'cilium-operator': { 'io.cilium/app': 'operator' },
  coredns: { 'k8s-app': 'kube-dns' },
  speaker: { app: 'metallb', component: 'speaker' },
  controller: { app: 'metallb', component: 'controller' },
};
const namespaceOf = (owner) =>
  ({
    'kube-proxy': 'kube-system',
    cilium: 'kube-system',
    'cilium-operator': 'kube-system',
    coredns: 'kube-system',
    speaker: 'metallb-system',
    controller: 'metallb-system',
  })[owner] ?? 'default';

const pod = ({ name, owner, node, madeAt, startedAt, ready, address }) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: namespaceOf(owner),
    labels: labelsOf[owner] ?? { app: owner },
    creationTimestamp: stamp(madeAt),
  },
  spec: { nodeName: node },
  status: {
    ...(address && { podIP: address }),
    conditions: [condition('Ready', ready, 'ContainersNotReady')],
    containerStatuses: [
      {
        name: 'c',
        state:
          startedAt === undefined
            ? { waiting: { reason: 'ContainerCreating' } }
            : { running: { startedAt: stamp(startedAt) } },
      },
    ],
  },
});

const node = (world, cluster, name) => {
  const ready = isNodeReady(world, cluster, name);
  const address = Object.values(world.containers[name]?.networks ?? {})[0] ?? '';
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: cluster.nodes[name].labels, creationTimestamp: cluster.made },
    status: {
      addresses: [{ type: 'InternalIP', address }],
      conditions: [
        condition('Ready', ready, world.containers[name]?.running ? 'KubeletNotReady' : 'NodeStatusUnknown'),
      ],
    },
  };
};

const simple = (kind, name, namespace, more = {}) => ({
  kind,
  metadata: { name, namespace, ...more.metadata },
  ...more.body,
});

/** helm v3 pkg/storage/driver/util.go: JSON, gzipped, in base64; and in base64 again as every secret's data is. */
const packed = (values) => {
  const config = { cluster: { name: 'cluster1' }, operator: { replicas: 1 } };
  for (const value of values) {
    const [path, text] = value.split(/=(.*)/s);
    const keys = path.split('.');
    let at = config;
    for (const key of keys.slice(0, -1)) {
      at[key] ??= {};
      at = at[key];
    }
    at[keys.at(-1)] = text;
  }
  return Buffer.from(gzipSync(JSON.stringify({ name: 'cilium', config })).toString('base64')).toString('base64');
};

const ciliumObjects = ({ cilium }) => {
  if (!cilium) return [];
  const secret = simple('Secret', 'sh.helm.release.v1.cilium.v1', 'kube-system', {
    metadata: { labels: { owner: 'helm', name: 'cilium', version: '1', status: cilium.release } },
    body: { data: { release: packed(cilium.values) } },
  });
  if (!cilium.running) return [secret];
  const time = stamp(cilium.changedAt);
  const image = `quay.io/cilium/cilium:v${cilium.version}@sha256:0`;
  return [
    secret,
    simple('DaemonSet', 'cilium', 'kube-system', {
      body: { spec: { template: { spec: { containers: [{ name: 'cilium-agent', image }] } } } },
    }),
    simple('ConfigMap', 'cilium-config', 'kube-system', {
      metadata: { creationTimestamp: time, managedFields: [{ manager: 'cilium', time }] },
      body: { data: cilium.config },
    }),
  ];
};

export const objectsOf = (world, cluster) => [
  ...Object.keys(cluster.nodes).map((name) => node(world, cluster, name)),
  ...Object.values(cluster.pods).map(pod),
  ...(cluster.kubeProxy ? [simple('DaemonSet', 'kube-proxy', 'kube-system')] : []),
  ...Object.keys(cluster.configmaps).map((name) => simple('ConfigMap', name, 'kube-system')),
  ...ciliumObjects(cluster),
  ...Object.keys(cluster.crds).map((name) =>
    simple('CustomResourceDefinition', name, undefined, {
      body: { status: { conditions: [condition('Established', true)] } },
    }),
  ),
  ...Object.values(cluster.applied).map((object) => applied(cluster, object)),
];

/** operator/pkg/lbipam/lbipam.go: `io.cilium/conflict` at v1.14.3 and v1.14.6, `cilium.io/PoolConflict` from v1.15.0 on. */
const conflictOf = ({ cilium }) => (/^1\.14\./.test(cilium?.version) ? 'io.cilium/conflict' : 'cilium.io/PoolConflict');

const applied = (cluster, object) => {
  const namespaced = { ...object, metadata: { namespace: 'default', ...object.metadata } };
  if (object.kind === 'CiliumLoadBalancerIPPool')
    return { ...object, status: { conditions: [condition(conflictOf(cluster), false, 'resolved')] } };
  if (object.kind !== 'Service') return namespaced;
  const ip = cluster.leases[object.metadata.name];
  return { ...namespaced, status: { loadBalancer: ip === undefined ? {} : { ingress: [{ ip }] } } };
};

export { now, podsOf };
