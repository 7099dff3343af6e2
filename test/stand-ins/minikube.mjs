// Stand-in for minikube with its docker driver: profiles, nodes as containers on a docker network, its words and exit codes.
import { addProxy, createCluster, joinNode } from './cluster.mjs';
import { nextId, parseFlags } from './world.mjs';

const nodeName = (profile, at) => (at === 0 ? profile : `${profile}-m${String(at + 1).padStart(2, '0')}`);
const label = 'name.minikube.sigs.k8s.io';
const madeBy = 'created_by.minikube.sigs.k8s.io';

const start = (world, profile, flags, half) => {
  const known = world.profiles[profile];
  const get = (name, otherwise = '') => flags[name]?.[0] ?? otherwise;
  // An existing profile keeps what it was made with: --nodes only warns then.
  world.profiles[profile] ??= {
    wanted: Number(get('--nodes', '1')),
    kubernetes: get('--kubernetes-version', 'v1.33.1'),
    runtime: get('--container-runtime', 'docker'),
    networkPlugin: get('--network-plugin', ''),
    cni: get('--cni', ''),
    nodes: [],
  };
  const made = world.profiles[profile];
  world.networks[profile] ??= {
    id: nextId(world),
    subnet: freeSubnet(world),
    labels: { [madeBy]: 'true', [label]: profile },
  };
  createCluster(world, profile);
  // A control plane that has to come up anew gets its addons again, whoever took them away.
  if (known && !world.containers[profile]?.running) addProxy(world.clusters[profile]);
  const count = known ? known.nodes.length : half ? 1 : made.wanted;
  for (let at = 0; at < Math.max(count, 1); at += 1) bringUp(world, profile, at);
  return half
    ? { code: 80, err: 'X Exiting due to GUEST_PROVISION: adding node' }
    : { out: 'Done! kubectl is now configured' };
};

const freeSubnet = (world) => {
  const taken = Object.values(world.networks).map(({ subnet }) => subnet);
  const third = [49, 58, 67, 76, 85].find((each) => !taken.includes(`192.168.${each}.0/24`));
  return `192.168.${third}.0/24`;
};

/** Makes or starts a node; one that starts anew has lost everything that was plugged in. */
const bringUp = (world, profile, at) => {
  const name = nodeName(profile, at);
  const { nodes } = world.profiles[profile];
  if (!nodes.includes(name)) nodes.push(name);
  const there = world.containers[name];
  if (there?.running) return;
  const base = world.networks[profile].subnet.replace('.0/24', '');
  world.containers[name] = {
    id: there?.id ?? nextId(world),
    running: true,
    status: 'running',
    // pkg/drivers/kic/kic.go (1.32.0, 1.36.0, 1.38.1): ClusterLabel is the machine's name, the profile's for the first node only.
    labels: { [madeBy]: 'true', [label]: name },
    networks: { [profile]: `${base}.${at + 2}` },
    interfaces: { eth0: { up: true, addresses: [`${base}.${at + 2}/24`] } },
    routes: [{ to: 'default', via: `${base}.1`, device: 'eth0' }],
    sysctl: { 'net.ipv4.conf.eth1.rp_filter': '1' },
    rules: there?.rules ?? {},
    node: profile,
  };
  // pkg/drivers/kic/oci/volumes.go: a volume named like the node, with its name as the label.
  world.volumes[name] ??= { labels: { [madeBy]: 'true', [label]: name } };
  joinNode(world, profile, name);
};

const status = (world, profile) => {
  const known = world.profiles[profile];
  if (!known)
    return { code: 85, out: `Profile "${profile}" not found. Run "minikube profile list" to view all profiles.` };
  if (known.nodes.some((name) => !world.containers[name])) return { code: 7, out: 'null' };
  const nodes = known.nodes.map((name, at) => {
    const control = at === 0;
    // Of a host that does not run, it says the host's word of everything.
    if (!world.containers[name].running)
      return {
        Name: name,
        Host: 'Stopped',
        Kubelet: 'Stopped',
        APIServer: 'Stopped',
        Kubeconfig: 'Stopped',
        Worker: !control,
      };
    const [APIServer, Kubeconfig] = control ? ['Running', 'Configured'] : ['Irrelevant', 'Irrelevant'];
    return { Name: name, Host: 'Running', Kubelet: 'Running', APIServer, Kubeconfig, Worker: !control };
  });
  const off = nodes.some(({ Host }) => Host !== 'Running');
  return { code: off ? 7 : 0, out: JSON.stringify(nodes.length === 1 ? nodes[0] : nodes) };
};

const profiles = (world) => {
  const valid = Object.entries(world.profiles).map(([Name, { nodes, kubernetes, runtime, networkPlugin, cni }]) => ({
    Name,
    Status: 'Skipped',
    Config: {
      Name,
      Driver: 'docker',
      KubernetesConfig: {
        KubernetesVersion: kubernetes,
        ContainerRuntime: runtime,
        NetworkPlugin: networkPlugin,
        CNI: cni,
      },
      Nodes: nodes.map((name, at) => ({ Name: at === 0 ? '' : name.slice(Name.length + 1) })),
    },
  }));
  return { out: JSON.stringify({ invalid: [], valid }) };
};

const remove = (world, profile, half) => {
  if (half) {
    const { nodes = [] } = world.profiles[profile] ?? {};
    for (const name of nodes.slice(1)) delete world.containers[name];
    return { code: 80, err: `X Exiting due to GUEST_DELETE: Failed to delete profile(s): delete host` };
  }
  // cmd/minikube/cmd/delete.go: machine by machine, as the profile lists them; then what carries the profile's own name (delete.PossibleLeftOvers).
  const { nodes = [] } = world.profiles[profile] ?? {};
  for (const name of [...nodes, profile]) {
    delete world.containers[name];
    delete world.volumes[name];
  }
  delete world.profiles[profile];
  delete world.clusters[profile];
  delete world.networks[profile];
  return { out: `Removed all traces of the "${profile}" cluster.` };
};

const startFlags = [
  ...['--nodes', '--network-plugin', '--cni', '--driver', '--kubernetes-version', '--container-runtime'],
  ...['--cpus', '--memory', '--subnet'],
];
const known = { valued: ['-p', '-o', ...startFlags], plain: ['--short', '-l', '--force', '--all'] };

export const minikube = (world, args, { half }) => {
  const { flags, rest } = parseFlags(args, known);
  const profile = flags['-p']?.[0] ?? 'minikube';
  const command = rest.join(' ');
  if (command === 'version') return { out: `v${world.versions.minikube}` };
  if (command === 'start') return start(world, profile, flags, half);
  if (command === 'node add') return addNode(world, profile);
  if (command === 'status') return status(world, profile);
  if (command === 'profile list') return profiles(world);
  if (command === 'delete' && !('--all' in flags)) return remove(world, profile, half);
  return { code: 14, err: `X Exiting due to MK_USAGE: minikube ${args.join(' ')}` };
};

const addNode = (world, profile) => {
  const known = world.profiles[profile];
  if (!known)
    return { code: 85, out: `* Profile "${profile}" not found. Run "minikube profile list" to view all profiles.` };
  bringUp(world, profile, known.nodes.length);
  return { out: `* Successfully added ${known.nodes.at(-1)} to ${profile}!` };
};
