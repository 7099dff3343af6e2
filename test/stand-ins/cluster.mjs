// What goes on inside a cluster of the stand-in world: pods that come up, Cilium that reads its configuration once, chains the kubelet makes again.
import { now, stamp } from './world.mjs';

export const excluded = 'node.kubernetes.io/exclude-from-external-load-balancers';
const startAfter = 2000;
const readyAfter = 2000;

export const createCluster = (world, name) => {
  const made = stamp(now(world));
  world.clusters[name] ??= {
    made,
    nodes: {},
    pods: {},
    applied: {},
    kubeProxy: true,
    configmaps: { 'kube-proxy': {} },
    cilium: undefined,
    metallb: false,
    crds: {},
    leases: {},
  };
};

export const addProxy = (cluster) => {
  cluster.kubeProxy = true;
  cluster.configmaps['kube-proxy'] ??= {};
};

export const joinNode = (world, cluster, node) => {
  // kubeadm marks its control plane as no target of load balancers.
  const control = Object.keys(world.clusters[cluster].nodes).length === 0;
  world.clusters[cluster].nodes[node] ??= {
    labels: { 'kubernetes.io/hostname': node, ...(control && { [excluded]: '' }) },
  };
};

const podName = (world, owner) => {
  world.serial += 1;
  return `${owner}-${world.serial.toString(36).padStart(5, 'x')}`;
};

/** Brings a cluster up to the present. Called before every look at it. */
export const advance = (world, name) => {
  const cluster = world.clusters[name];
  const time = now(world);
  const nodes = Object.keys(cluster.nodes).filter((node) => world.containers[node]?.running);
  const wanted = [
    ...(cluster.kubeProxy ? nodes.map((node) => ({ owner: 'kube-proxy', node })) : []),
    ...(cluster.cilium?.running ? nodes.map((node) => ({ owner: 'cilium', node })) : []),
    ...(cluster.cilium?.running ? [{ owner: 'cilium-operator', node: nodes[0] }] : []),
    ...(cluster.metallb ? nodes.map((node) => ({ owner: 'speaker', node })) : []),
    ...(cluster.metallb ? [{ owner: 'controller', node: nodes[0] }] : []),
    { owner: 'coredns', node: nodes[0] },
    ...deployments(cluster).flatMap(({ metadata, spec }) =>
      Array.from({ length: spec.replicas }, (_, at) => ({ owner: metadata.name, at, node: nodes[at % nodes.length] })),
    ),
  ];
  reconcilePods({ world, cluster, wanted, time });
  for (const pod of Object.values(cluster.pods)) startPod({ world, cluster, pod, time });
  if (cluster.cilium) makeDefinitions(cluster);
  giveAddresses(cluster);
  for (const node of nodes) makeRules(world, cluster, node);
};

const deployments = (cluster) => Object.values(cluster.applied).filter(({ kind }) => kind === 'Deployment');
const key = ({ owner, node, at = 0 }) => `${owner}/${node}/${at}`;

const reconcilePods = ({ world, cluster, wanted, time }) => {
  const keys = new Set(wanted.map(key));
  for (const [name, pod] of Object.entries(cluster.pods)) if (!keys.has(pod.key)) delete cluster.pods[name];
  const there = new Set(Object.values(cluster.pods).map((pod) => pod.key));
  for (const want of wanted) {
    if (there.has(key(want)) || want.node === undefined) continue;
    const name = podName(world, want.owner);
    cluster.pods[name] = { key: key(want), name, owner: want.owner, node: want.node, madeAt: time };
  }
};

/** A pod of Cilium works with the configuration there was when it was made, whatever becomes of it later. */
const startPod = ({ world, cluster, pod, time }) => {
  if (!world.containers[pod.node]?.running) return;
  // The kubelet lays the configuration into the pod before it pulls the image: what the pod works with is as old as the pod.
  if (pod.owner.startsWith('cilium')) pod.config ??= { ...cluster.cilium.config };
  if (pod.startedAt === undefined && time >= pod.madeAt + startAfter && canStart(world, cluster, pod))
    pod.startedAt = time;
  pod.ready = pod.startedAt !== undefined && time >= pod.startedAt + readyAfter && isWell(cluster, pod);
  if (pod.ready && pod.address === undefined) pod.address = addressOf(world, cluster, pod);
};

const hostNetwork = (pod) => ['kube-proxy', 'cilium', 'cilium-operator', 'speaker'].includes(pod.owner);
const canStart = (world, cluster, pod) => hostNetwork(pod) || isNodeReady(world, cluster, pod.node);

/** An agent that was told to speak BGP waits until the operator has made the kinds for it. */
const isWell = (cluster, pod) =>
  pod.owner !== 'cilium' ||
  pod.config?.['enable-bgp-control-plane'] !== 'true' ||
  bgpKinds(cluster).every((kind) => cluster.crds[kind]);

export const isNodeReady = (world, cluster, node) => {
  if (!world.containers[node]?.running) return false;
  const profile = world.profiles[world.containers[node].node];
  return profile?.cni !== 'false' || podsOf(cluster, 'cilium').some((pod) => pod.node === node && pod.ready);
};

/** Whether its API server answers: the container of its first node runs. */
export const isServing = (world, name) => world.containers[name]?.running === true;
export const refusedConnection = (world, name) => ({
  code: 1,
  err: `The connection to the server ${Object.values(world.containers[name]?.networks ?? {})[0] ?? '192.168.49.2'}:8443 was refused - did you specify the right host or port?`,
});

export const podsOf = (cluster, owner) => Object.values(cluster.pods).filter((pod) => pod.owner === owner);

const addressOf = (world, cluster, pod) => {
  if (hostNetwork(pod)) return Object.values(world.containers[pod.node].networks)[0];
  const nodes = Object.keys(cluster.nodes);
  const third = cluster.cilium ? `192.168.${16 + nodes.indexOf(pod.node)}` : `10.244.${nodes.indexOf(pod.node)}`;
  const used = Object.values(cluster.pods).filter((each) => each.node === pod.node && each.address?.startsWith(third));
  return `${third}.${101 + used.length}`;
};

const minor = (version) => Number(version.split('.')[1]);
export const bgpKinds = ({ cilium }) =>
  minor(cilium.version) < 16
    ? ['ciliumbgppeeringpolicies.cilium.io']
    : ['ciliumbgpclusterconfigs.cilium.io', 'ciliumbgppeerconfigs.cilium.io', 'ciliumbgpadvertisements.cilium.io'];

/** The operator makes the kinds; those for BGP only when it started with BGP on. */
const makeDefinitions = (cluster) => {
  const operator = podsOf(cluster, 'cilium-operator').find((pod) => pod.ready);
  if (!operator) return;
  cluster.crds['ciliumloadbalancerippools.cilium.io'] = true;
  if (operator.config['enable-bgp-control-plane'] === 'true')
    for (const kind of bgpKinds(cluster)) cluster.crds[kind] = true;
};

const giveAddresses = (cluster) => {
  const objects = Object.values(cluster.applied);
  const pool = objects.find(({ kind }) => kind === 'CiliumLoadBalancerIPPool' || kind === 'IPAddressPool');
  for (const service of objects.filter(({ kind }) => kind === 'Service')) {
    if (!pool || service.spec.type !== 'LoadBalancer') continue;
    const [range] = pool.spec.blocks ?? pool.spec.cidrs ?? pool.spec.addresses;
    const first = (range.cidr ?? range).split(/[/-]/)[0];
    cluster.leases[service.metadata.name] ??= service.spec.loadBalancerIP ?? first.replace(/\.0$/, '.83');
  }
};

/** kube-proxy writes its rules as long as it lives; the kubelet's chains are there whoever takes them away. */
const makeRules = (world, cluster, node) => {
  const { rules } = world.containers[node];
  rules.kubelet = ['KUBE-IPTABLES-HINT', 'KUBE-KUBELET-CANARY', 'KUBE-FIREWALL'];
  if (podsOf(cluster, 'kube-proxy').some((pod) => pod.node === node)) rules.proxy = true;
};
