// Stand-in for kubectl: contexts, objects, manifests, and commands in the pods the lab asks. Where its answers are from: sources.mjs.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { advance, isServing, podsOf, refusedConnection } from './cluster.mjs';
import { tenantSessions } from './fabric-state.mjs';
import { objectsOf } from './objects.mjs';
import { parseFlags } from './world.mjs';

const kinds = {
  nodes: 'Node',
  node: 'Node',
  pods: 'Pod',
  pod: 'Pod',
  daemonsets: 'DaemonSet',
  daemonset: 'DaemonSet',
  configmap: 'ConfigMap',
  secrets: 'Secret',
  service: 'Service',
  services: 'Service',
  namespaces: 'Namespace',
  crd: 'CustomResourceDefinition',
  deployment: 'Deployment',
  ciliumloadbalancerippools: 'CiliumLoadBalancerIPPool',
};

const matches = (selector, { metadata }) =>
  selector.split(',').every((pair) => {
    const [key, value] = pair.split('=');
    return value === undefined ? metadata.labels?.[key] !== undefined : metadata.labels?.[key] === value;
  });

const get = (world, cluster, { flags, rest }) => {
  const asked = rest[0].includes('/')
    ? rest.map((each) => each.split('/'))
    : (rest.slice(1).length > 0 ? rest.slice(1) : [undefined]).map((name) => [rest[0], name]);
  const namespace = flags['-n']?.[0] ?? 'default';
  const found = objectsOf(world, cluster).filter((object) => {
    const own = object.metadata.namespace;
    const inPlace = '-A' in flags || own === undefined || own === namespace;
    const named = asked.some(
      ([kind, name]) => kinds[kind] === object.kind && (name === undefined || name === object.metadata.name),
    );
    return inPlace && named && (flags['-l'] === undefined || matches(flags['-l'][0], object));
  });
  const single = asked.length === 1 && asked[0][1] !== undefined;
  if (single) return { out: found.length === 0 ? '' : JSON.stringify(found[0]) };
  return { out: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: found }) };
};

const documents = (file) => parseAllDocuments(readFileSync(file, 'utf8')).map((each) => each.toJS());
const idOf = ({ kind, metadata }) => `${kind}/${metadata.namespace ?? 'default'}/${metadata.name}`;
const plural = (kind) => (kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : `${kind}s`).toLowerCase();
const own = ['Deployment', 'Service'];

/** The first document whose kind the cluster does not have, as kubectl puts it. */
const unknownKind = (cluster, list, file) => {
  const off = list.find(
    ({ kind, apiVersion }) => !own.includes(kind) && !cluster.crds[`${plural(kind)}.${apiVersion.split('/')[0]}`],
  );
  return (
    off && {
      code: 1,
      err: `error: resource mapping not found for name: "${off.metadata.name}" namespace: "" from "${file}": no matches for kind "${off.kind}" in version "${off.apiVersion}"\nensure CRDs are installed first`,
    }
  );
};

const diff = (cluster, file) => {
  const list = documents(file);
  const unknown = unknownKind(cluster, list, file);
  if (unknown) return unknown;
  const off = list.find((each) => JSON.stringify(cluster.applied[idOf(each)]) !== JSON.stringify(each));
  if (!off) return {};
  const name = `${off.apiVersion.replace('/', '.')}.${off.kind}.default.${off.metadata.name}`;
  return {
    code: 1,
    out: `diff -u -N /tmp/LIVE-1/${name} /tmp/MERGED-1/${name}\n--- /tmp/LIVE-1/${name}\n+++ /tmp/MERGED-1/${name}`,
  };
};

const apply = (cluster, file) => {
  if (file.includes('metallb')) {
    cluster.metallb = cluster.metallb || file.startsWith('https://');
    for (const kind of ['ipaddresspools', 'bgpadvertisements', 'bgppeers']) cluster.crds[`${kind}.metallb.io`] = true;
  }
  if (file.startsWith('https://')) return { out: 'namespace/metallb-system created' };
  const list = documents(file);
  const unknown = unknownKind(cluster, list, file);
  if (unknown) return unknown;
  for (const each of list) cluster.applied[idOf(each)] = each;
  return { out: list.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name} configured`).join('\n') };
};

const remove = (cluster, { file, rest }) => {
  for (const each of file === undefined ? [] : documents(file)) delete cluster.applied[idOf(each)];
  for (const name of rest.map((each) => each.split('/').at(-1))) {
    if (name === 'kube-proxy' && rest.includes('daemonset/kube-proxy')) cluster.kubeProxy = false;
    if (rest.includes(`configmap/${name}`)) delete cluster.configmaps[name];
    delete cluster.pods[name];
  }
  return { out: 'deleted' };
};

const restart = (cluster, workload) => {
  const owner = workload.split('/')[1];
  for (const pod of podsOf(cluster, owner)) delete cluster.pods[pod.name];
  return { out: `${workload} restarted` };
};

const exec = (world, name, cluster, [podName, ...argv]) => {
  const pod = cluster.pods[podName];
  if (!pod) return { code: 1, err: `Error from server (NotFound): pods "${podName}" not found` };
  if (argv.includes('vtysh')) {
    const session = tenantSessions(world, name).find(({ node }) => node === pod.node);
    const state = session?.state === 'established' ? 'Established' : 'Active';
    return { out: JSON.stringify(session ? { ipv4Unicast: { peers: { [session.peer]: { state, pfxSnt: 1 } } } } : {}) };
  }
  const devices = pod.config.devices ? [pod.config.devices] : ['eth0', 'eth1'];
  const direct = pod.config['direct-routing-device'] ?? (devices.length === 1 ? devices[0] : 'eth0');
  const status = {
    mode: pod.config['kube-proxy-replacement'] === 'true' ? 'True' : 'False',
    deviceList: devices.map((each) => ({ name: each, ip: [] })),
    directRoutingDevice: direct,
  };
  return { out: JSON.stringify({ 'kube-proxy-replacement': status }) };
};

const split = (args) => [args.slice(0, args.indexOf('--')), args.slice(args.indexOf('--') + 1)];

/** KEY=VALUE sets a label, KEY- takes it away, also where it is not. */
const label = (cluster, { flags, more }) => {
  const names = '--all' in flags ? Object.keys(cluster.nodes) : [more[1]];
  const change = more.at(-1);
  for (const name of names) {
    const { labels } = cluster.nodes[name];
    if (change.endsWith('-')) delete labels[change.slice(0, -1)];
    else labels[change.split('=')[0]] = change.split('=')[1];
  }
  return { out: names.map((name) => `node/${name} ${change.endsWith('-') ? 'unlabeled' : 'labeled'}`).join('\n') };
};

const presentOf = (cluster, file) => ({
  out: documents(file)
    .filter((each) => cluster.applied[idOf(each)])
    .map(idOf)
    .join('\n'),
});

const commands = {
  get: (world, { cluster, file, flags, more }) =>
    file === undefined ? get(world, cluster, { flags, rest: more }) : presentOf(cluster, file),
  diff: (_, { cluster, file }) => diff(cluster, file),
  apply: (_, { cluster, file }) => apply(cluster, file),
  delete: (_, { cluster, file, more }) => remove(cluster, { file, rest: more }),
  label: (_, { cluster, flags, more }) => label(cluster, { flags, more }),
  rollout: (_, { cluster, more }) => restart(cluster, more[1]),
  exec: (world, { name, cluster, more, inside }) => exec(world, name, cluster, [...more, ...inside]),
};

const known = {
  valued: ['--context', '-n', '-l', '-o', '-f', '--filename', '-c'],
  plain: ['-A', '--client', '--ignore-not-found', '--show-managed-fields', '--overwrite', '--all'],
};

export const kubectl = (world, args, { cwd }) => {
  const [outside, inside] = args.includes('--') ? split(args) : [args, []];
  const { flags, rest } = parseFlags(
    outside.filter((arg) => arg !== '--wait=true'),
    known,
  );
  const [command, ...more] = rest;
  if (command === 'version') return { out: `Client Version: v${world.versions.kubectl}\nKustomize Version: v5.6.0` };
  if (command === 'config') return { out: Object.keys(world.clusters).join('\n') };
  const name = flags['--context'][0];
  const cluster = world.clusters[name];
  if (!cluster) return { code: 1, err: `Error in configuration: context was not found for specified context: ${name}` };
  if (!isServing(world, name)) return refusedConnection(world, name);
  advance(world, name);
  const work = commands[command];
  const named = (flags['-f'] ?? flags['--filename'])?.[0];
  const file = named === undefined || named.startsWith('https://') ? named : resolve(cwd, named);
  return work
    ? work(world, { name, cluster, file, flags, more, inside })
    : { code: 1, err: `Error: unknown command "${command}" for "kubectl"` };
};
