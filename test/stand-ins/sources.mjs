// Where the answers of the stand-ins are from: the release and file they were read in, or the run they were recorded from.
// A stand-in that answers a command that is not here fails (serve.mjs, inside.mjs), so none answers what its author only expected.

const docker =
  'recorded: docker 20.10.24+dfsg1 of Debian 12, client and engine, containers of the image that scripts/build-router-image.sh builds';
const debian = 'recorded: Debian 12 in a container of docker 20.10.24';
const containerlab = (files) => `read: srl-labs/containerlab v0.48.6, v0.70.2, v0.79.0, ${files}`;
const minikube = (files) => `read: kubernetes/minikube v1.32.0, v1.36.0, v1.38.1, ${files}`;
const cilium = (files) => `read: cilium/cilium-cli v0.15.23, v0.16.24, v0.19.7, ${files}`;
const kubectl = (file) => `read: kubernetes/kubectl v0.34.4, ${file}`;
const yang = (file) => `read: nokia/srlinux-yang-models v23.7.1, srl_nokia/models/${file}`;

/** By tool, then by command. */
export const sources = {
  docker: {
    '--version': docker,
    version: docker,
    exec: docker,
    run: docker,
    image: docker,
    pull: 'read: moby/moby v20.10.24, distribution/pull.go; no registry could be asked',
    inspect: docker,
    network: docker,
    volume: docker,
    ps: docker,
    logs: docker,
    stop: docker,
    kill: docker,
    restart: docker,
    wait: docker,
    rm: docker,
  },
  containerlab: {
    version: containerlab('cmd/version.go'),
    deploy: containerlab('cmd/deploy.go, core/deploy.go, nodes/srl/srl.go, nodes/ext_container/ext_container.go'),
    destroy: containerlab('cmd/destroy.go, core/destroy.go'),
    inspect: containerlab('cmd/inspect.go, core/list.go'),
    'tools veth create': containerlab('cmd/tools_veth.go'),
  },
  minikube: {
    version: minikube('cmd/minikube/cmd/version.go'),
    start: minikube('cmd/minikube/cmd/start.go, pkg/drivers/kic/kic.go, pkg/drivers/kic/oci/volumes.go'),
    'node add': minikube('cmd/minikube/cmd/node_add.go'),
    status: minikube('cmd/minikube/cmd/status.go'),
    'profile list': minikube('cmd/minikube/cmd/config/profile_list.go'),
    delete: minikube('cmd/minikube/cmd/delete.go, pkg/minikube/delete/delete.go'),
  },
  cilium: {
    version: cilium('cli/version.go'),
    install: cilium('cli/install.go, install/helm.go'),
    upgrade: cilium('cli/install.go, install/helm.go'),
    uninstall: cilium('install/uninstall.go'),
    config: cilium('config/config.go'),
    status:
      'recorded: cilium-cli v0.19.7 where Cilium is not installed (test/fixtures/samples); read: cilium/cilium-cli v0.16.24, status/status.go',
    bgp: 'read: cilium/cilium v1.18.4, api/v1/models/bgp_peer.go and bgp_peer_families.go',
  },
  kubectl: {
    version: 'recorded: kubectl 1.32.4',
    config: 'recorded: kubectl 1.32.4',
    get: 'recorded: kubectl 1.33 against kube-apiserver 1.36.2 (test/fixtures/samples); without a server, and for a context it does not know: kubectl 1.32.4',
    diff: kubectl('pkg/cmd/diff/diff.go'),
    apply:
      'read: kubernetes/cli-runtime v0.33.1, pkg/resource/mapper.go, and kubernetes/apimachinery v0.33.1, pkg/api/meta/errors.go',
    delete: kubectl('pkg/cmd/delete/delete.go'),
    label: kubectl('pkg/cmd/label/label.go'),
    rollout: kubectl('pkg/cmd/rollout/rollout_restart.go'),
    exec: 'read: cilium/cilium v1.18.4, api/v1/models/kube_proxy_replacement.go; recorded: FRR 8.4.4 (test/fixtures/samples)',
  },
  'docker exec': {
    ls: debian,
    ip: debian,
    cat: debian,
    tee: debian,
    curl: 'recorded: curl 7.88.1 of Debian 12; what answers is nginxdemos/hello, read: nginxinc/NGINX-Demos, nginx-hello/hello-plain-text.conf',
    ping: 'read: iputils 20221126, ping/ping.c',
    echo: debian,
    'iptables-nft-save':
      'recorded: iptables 1.8.9 of Debian 12; the chains are those of kubernetes/kubernetes v1.34.4, pkg/kubelet/kubelet_network_linux.go',
    'iptables-nft-restore': 'recorded: iptables 1.8.9 of Debian 12',
    'iptables-legacy-save': 'recorded: iptables 1.8.9 of Debian 12',
    'ip6tables-nft-save': 'recorded: iptables 1.8.9 of Debian 12',
    'ip6tables-legacy-save': 'recorded: iptables 1.8.9 of Debian 12',
    sr_cli: `${yang('network-instance/srl_nokia-bgp.yang, srl_nokia-ip-route-tables.yang')}, tunnel/srl_nokia-vxlan-tunnel-vtep.yang; recorded: SR Linux v25.3.2 (test/fixtures/samples)`,
  },
};

/** The command of a tool that these arguments call, as it is named above. @throws when nobody said where its answers are from */
export const commandOf = (tool, args) => {
  const found = Object.keys(sources[tool]).find((name) => name.split(' ').every((word) => args.includes(word)));
  if (found === undefined) throw new Error(`no source for its answers in sources.mjs`);
  return found;
};
