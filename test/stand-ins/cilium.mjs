// Stand-in for the cilium command line: installs, sets keys of the configuration, and tells of health and sessions.
import { advance, isServing, podsOf, refusedConnection } from './cluster.mjs';
import { tenantSessions } from './fabric-state.mjs';
import { now, parseFlags } from './world.mjs';

const keys = {
  routingMode: 'routing-mode',
  ipv4NativeRoutingCIDR: 'ipv4-native-routing-cidr',
  kubeProxyReplacement: 'kube-proxy-replacement',
  autoDirectNodeRoutes: 'auto-direct-node-routes',
  devices: 'devices',
  'ipam.mode': 'ipam',
  'ipam.operator.clusterPoolIPv4PodCIDRList': 'cluster-pool-ipv4-cidr',
  'ipam.operator.clusterPoolIPv4MaskSize': 'cluster-pool-ipv4-mask-size',
  'nodePort.directRoutingDevice': 'direct-routing-device',
  'bgpControlPlane.enabled': 'enable-bgp-control-plane',
  'loadBalancer.algorithm': 'bpf-lb-algorithm',
};

/** install/helm.go of cilium-cli at v0.15.23, v0.16.24, v0.18.4, v0.18.9 and v0.19.7: `cilium version unsupported` below these minors. */
const oldestFor = (commandLine) => {
  const [, minor, patch] = commandLine.split('.').map(Number);
  const is = (least, from) => minor > least || (minor === least && patch >= from);
  return is(19, 7) ? 16 : is(18, 9) ? 15 : is(18, 4) ? 14 : is(16, 24) ? 12 : 9;
};

/**
 * A value by its dotted name in the values a release was made with. `upgrade` merges them with those of the release before unless it is told
 * `--reset-values` (cilium-cli v0.16.24 and v0.19.7, cli/install.go: --reset-then-reuse-values is true by default).
 */
const install = (world, cluster, { version, values: asked, half, kept = [] }) => {
  const names = new Set(asked.map((value) => value.split('=')[0]));
  const values = [...kept.filter((value) => !names.has(value.split('=')[0])), ...asked];
  const minor = Number(version.split('.')[1]);
  if (minor < oldestFor(world.versions.cilium))
    return { code: 1, err: `Error: Unable to install Cilium: cilium version unsupported ${version}` };
  if (minor >= 15 && values.some((value) => value.startsWith('tunnel=')))
    return {
      code: 1,
      err: 'Error: execution error at (cilium/templates/validate.yaml): tunnel was deprecated in v1.14',
    };
  // A value the chart does not know is taken without a word.
  const given = values.map((value) => value.split(/=(.*)/s)).filter(([name]) => name in keys);
  const set = Object.fromEntries(
    given.map(([name, value]) => [keys[name], value.replace(/^{|}$/g, '').replaceAll(',', ' ')]),
  );
  const config = { 'enable-bgp-control-plane': 'false', ...set };
  cluster.cilium = {
    version,
    values,
    config,
    changedAt: now(world),
    running: !half,
    release: half ? 'pending-install' : 'deployed',
  };
  return half
    ? { code: 1, err: 'Error: Unable to install Cilium: context deadline exceeded' }
    : { out: '✅ Cilium was successfully installed' };
};

const configSet = (world, cluster, [key, value]) => {
  if (!cluster.cilium) return { code: 1, err: 'Error: configmaps "cilium-config" not found' };
  cluster.cilium.config[key] = value;
  cluster.cilium.changedAt = now(world);
  for (const pod of podsOf(cluster, 'cilium')) delete cluster.pods[pod.name];
  return { out: `✨ Patching ConfigMap cilium-config with ${key}=${value}...\n♻️  Restarted Cilium pods` };
};

const status = (cluster) => {
  if (!cluster.cilium) {
    const error = 'daemonsets.apps "cilium" not found';
    return {
      code: 1,
      out: JSON.stringify({ errors: { cilium: { cilium: { Errors: [error] } } } }),
      err: `status check failed: [${error}]`,
    };
  }
  const state = (owner, Desired) => ({ Desired, Ready: podsOf(cluster, owner).filter((pod) => pod.ready).length });
  const pod_state = {
    cilium: state('cilium', Object.keys(cluster.nodes).length),
    'cilium-operator': state('cilium-operator', 1),
  };
  return { out: JSON.stringify({ pod_state, errors: {} }) };
};

const peers = (world, name) => {
  const answer = {};
  for (const { node, peer, state, advertised } of tenantSessions(world, name)) {
    const family = { afi: 'ipv4', safi: 'unicast', ...(advertised > 0 && { advertised }) };
    const session = {
      'local-asn': 65535,
      'peer-asn': 65535,
      'peer-address': peer,
      'session-state': state,
      families: [family],
    };
    answer[node] = [...(answer[node] ?? []), session];
  }
  return { out: JSON.stringify(answer) };
};

const guarded = (world, { cluster, verb, flags, half }) => {
  if (verb === 'install' && cluster.cilium) return { code: 1, err: 'Error: cannot re-use a name that is still in use' };
  if (verb === 'upgrade' && cluster.cilium?.release !== 'deployed')
    return { code: 1, err: 'Error: another operation is in progress' };
  const kept = verb === 'upgrade' && !('--reset-values' in flags) ? cluster.cilium.values : [];
  return install(world, cluster, { version: flags['--version'][0], values: flags['--set'] ?? [], half, kept });
};

const uninstall = (cluster) => {
  cluster.cilium = undefined;
  return { out: '✅ Cilium was successfully uninstalled.' };
};

const commands = {
  install: (world, { cluster, flags, half }) => guarded(world, { cluster, verb: 'install', flags, half }),
  upgrade: (world, { cluster, flags, half }) => guarded(world, { cluster, verb: 'upgrade', flags, half }),
  uninstall: (_, { cluster }) => uninstall(cluster),
  config: (world, { cluster, more }) => configSet(world, cluster, more.slice(1)),
  status: (_, { cluster }) => status(cluster),
  bgp: (world, { name }) => peers(world, name),
};

const version = ({ versions: { cilium: own } }) => ({
  out: `cilium-cli: v${own} compiled with go1.24.4 on linux/amd64\ncilium image (default): v1.18.0\ncilium image (stable): unknown\ncilium image (running): unknown`,
});

const known = { valued: ['--context', '--version', '--set', '-o'], plain: ['--client', '--reset-values'] };

export const cilium = (world, args, { half }) => {
  const { flags, rest } = parseFlags(args, known);
  const [command, ...more] = rest;
  if (command === 'version') return version(world);
  const name = flags['--context'][0];
  const cluster = world.clusters[name];
  if (!cluster) return { code: 1, err: `Error: unable to create Kubernetes client: context "${name}" does not exist` };
  if (!isServing(world, name)) return refusedConnection(world, name);
  advance(world, name);
  const work = commands[command];
  return work
    ? work(world, { name, cluster, flags, more, half })
    : { code: 1, err: `Error: unknown command "${command}" for "cilium"` };
};
