// The catalogue of failures that many people have met: how to recognise one, why it happens, what helps. Data only; add freely.
import type { Failure } from '../core/failure.ts';

export interface KnownCause {
  /** Stable and short, for tools and tests. */
  readonly id: string;
  /** All that are given must fit. `output` is tried on every line of a failure; `uses` is the step type. */
  readonly match: {
    readonly output?: Pick<RegExp, 'test'>;
    readonly exitCode?: number;
    readonly uses?: Pick<RegExp, 'test'>;
    readonly kind?: Failure['kind'];
  };
  readonly cause: string;
  readonly remedy: string;
}

/** The more particular first: the first that fits is told. */
export const knownCauses: readonly KnownCause[] = [
  {
    id: 'image-pull-limit',
    match: { output: /toomanyrequests|pull rate limit|429 Too Many Requests/i },
    cause: 'The image registry has counted too many downloads from this address and refuses more for now.',
    remedy: 'Log in with `docker login`, or wait until the limit is lifted (Docker Hub: six hours), then resume.',
  },
  {
    id: 'image-missing',
    match: {
      output:
        /manifest unknown|manifest for .* not found|repository does not exist or may require|ErrImagePull|ImagePullBackOff/i,
    },
    cause: 'The registry has no image of that name and tag, or shows it only to those who are logged in.',
    remedy:
      'Check the image name and tag in the inputs of the variant; log in with `docker login REGISTRY` if it is private.',
  },
  {
    id: 'docker-not-permitted',
    match: {
      output:
        /permission denied while trying to connect to the docker (?:daemon|API)|PROVIDER_DOCKER_NEWGRP|dial unix \S*docker\.sock: connect: permission denied/i,
    },
    cause: 'Docker runs, but this user may not speak to it.',
    remedy: 'Add the user to the group: `sudo usermod -aG docker "$USER"`, then log in anew (or `newgrp docker`).',
  },
  {
    id: 'docker-not-running',
    match: { output: /Cannot connect to the Docker daemon|PROVIDER_DOCKER_NOT_RUNNING|docker daemon is not running/i },
    cause: 'The Docker daemon is not running, or listens elsewhere than the client looks.',
    remedy: 'Start it: `sudo systemctl start docker`; look at `docker context ls` if it does run.',
  },
  {
    id: 'docker-networks-used-up',
    match: {
      output:
        /non-overlapping IPv4 address pool|Pool overlaps with other one on this address space|networks have overlapping IPv4/i,
    },
    cause: 'Docker finds no address range for a new network: leftovers of other labs or a VPN occupy them.',
    remedy: 'Remove unused networks with `docker network prune`, or stop the VPN while the lab starts.',
  },
  {
    id: 'minikube-no-network',
    match: { output: /Unable to create dedicated network/ },
    cause: 'Minikube could not make a docker network for the cluster and put its nodes into the default bridge.',
    remedy:
      'See in `docker network ls` what has its subnet, `minikube delete -p PROFILE`, and deploy with another `--set mgmt=`.',
  },
  {
    id: 'docker-network-in-use',
    match: { output: /network \S+ .*has active endpoints/ },
    cause: 'A docker network of the lab still has a container in it that the lab did not make.',
    remedy: '`docker network inspect NAME` names it; take it out with `docker network disconnect`, then resume.',
  },
  {
    id: 'containerlab-post-deploy',
    match: { output: /failed to run postdeploy task for node|node "[^"]+" post-deploy: / },
    cause: 'A node of the fabric did not come up, or did not take its configuration.',
    remedy: 'Its log says why: `docker logs NODE`. Then resume: the fabric is built anew.',
  },
  {
    id: 'cilium-version-unsupported',
    match: { output: /cilium version unsupported/ },
    cause: 'This release of the cilium command does not install this version of Cilium any more.',
    remedy: 'Take an older one (github.com/cilium/cilium-cli/releases), or a newer Cilium (`--set cilium=`).',
  },
  {
    id: 'minikube-half-deleted',
    match: {
      output:
        /GUEST_STATUS: .*(?:unknown state|No such container)|container is missing, will recreate|container exited unexpectedly|GUEST_PROVISION_CONTAINER_EXITED|No such container: (?:minikube|cluster\S*)/i,
    },
    cause: 'Minikube remembers a cluster whose containers are gone or broken: it was deleted half-way.',
    remedy: 'Delete the remainder with `minikube delete -p PROFILE`, then resume: the cluster is made anew.',
  },
  {
    id: 'minikube-resources',
    match: { output: /RSRC_INSUFFICIENT_\w+/ },
    cause: 'The machine, or what Docker is allowed of it, is too small for the cluster that was asked for.',
    remedy:
      'Ask for less (`--set nodes=1`), or give Docker more memory and CPUs; the variant frr-netns needs the least.',
  },
  {
    id: 'minikube-profile-exists',
    match: {
      output:
        /Exiting due to (?:GUEST_DRIVER_MISMATCH|MK_PROFILE_EXISTS)|profile "?\S+"? already exists|existing "?\S+"? cluster was created using/i,
    },
    cause: 'A minikube profile of this name exists and was made with other settings.',
    remedy: 'If nobody needs it, `minikube delete -p PROFILE`; else choose another profile name in the inputs.',
  },
  {
    id: 'containerlab-exists',
    match: { output: /lab has already been deployed|containers? \[.*\] already exist|--reconfigure/i },
    cause: 'A containerlab lab of this name, or its containers, are there already.',
    remedy:
      'If it is this lab, `lab adopt`; if it is a leftover, `containerlab destroy --name NAME --cleanup`, then resume.',
  },
  {
    id: 'containerlab-privileges',
    match: { output: /containerlab requires sudo privileges|clab_admins/i },
    cause: 'Containerlab needs root to wire the nodes together.',
    remedy: 'Run with sudo, or join its group: `sudo usermod -aG clab_admins "$USER"`, then log in anew.',
  },
  {
    id: 'helm-name-in-use',
    match: { output: /cannot re-use a name that is still in use|release: already exists/i },
    cause: 'A Helm release of this name is left from an installation that did not finish.',
    remedy: 'Take it away (`cilium uninstall`, or `helm uninstall NAME -n NAMESPACE`), then resume.',
  },
  {
    id: 'port-in-use',
    match: { output: /address already in use|port is already allocated|EADDRINUSE|Failure EADDRINUSE/i },
    cause: 'Another process listens on that address and port already.',
    remedy: 'Find it with `sudo ss -ltnp`, end it, then resume; or choose another port in the inputs.',
  },
  {
    id: 'namespace-exists',
    match: { output: /Cannot create namespace file .*File exists/ },
    cause: 'A network namespace of this name is left from an earlier lab.',
    remedy: 'Take the earlier lab away with `lab run teardown`; single namespaces go with `sudo ip netns del NAME`.',
  },
  {
    id: 'link-exists',
    match: { output: /RTNETLINK answers: File exists|netlink: file exists|interface .* already exists/i },
    cause: 'A network interface or route of this name is there already, most likely from an earlier lab.',
    remedy: 'Take the earlier lab away with `lab run teardown`, then resume.',
  },
  {
    id: 'device-type-unknown',
    match: { output: /Unknown device type|RTNETLINK answers: Operation not supported/ },
    cause: 'This kernel has no such kind of network device: its module is neither built in nor loadable.',
    remedy: 'Try `sudo modprobe vrf` (or vxlan, dummy, veth); `lab doctor` names what the kernel lacks.',
  },
  {
    id: 'unshare-refused',
    match: {
      output:
        /unshare(?: failed)?: (?:unshare failed: )?Operation not permitted|mount --make-shared \S+ failed|newuidmap: .*(?:not allowed|failed)|write to uid_map failed/i,
    },
    cause: 'Making namespaces is not permitted to this user here.',
    remedy: 'Run as root, or allow user namespaces: `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`.',
  },
  {
    id: 'inotify-limit',
    match: {
      output:
        /fsnotify watcher: too many open files|inotify_(?:init|add_watch).*(?:too many|no space)|System limit for number of file watchers/i,
    },
    cause: 'The kernel allows too few file watches for so many nodes on one machine.',
    remedy: '`sudo sysctl -w fs.inotify.max_user_instances=8192 fs.inotify.max_user_watches=1048576`, then resume.',
  },
  {
    id: 'too-many-open-files',
    match: { output: /too many open files|EMFILE/i },
    cause: 'A process reached the number of files it may have open.',
    remedy: 'Raise the limit for this shell with `ulimit -n 65536`, then resume.',
  },
  {
    id: 'no-space',
    match: { output: /no space left on device|ENOSPC|disk quota exceeded/i },
    cause: 'A disk is full.',
    remedy:
      '`df -h` and `df -i` show which; `docker system prune` frees what unused images and containers hold. Then resume.',
  },
  {
    id: 'out-of-memory',
    match: { output: /out of memory|memory exhausted|oom-?kill|cannot allocate memory|OOMKilled/i },
    cause: 'The memory did not suffice, and the kernel ended a process.',
    remedy: 'Close what else runs, or ask for a smaller lab (`--set nodes=1`), then resume.',
  },
  {
    id: 'apt-locked',
    match: { output: /Could not get lock \/var\/lib\/(?:dpkg|apt)|dpkg frontend is locked by another process/ },
    cause: 'Another package manager is at work, often the automatic updates.',
    remedy: 'Wait until it has finished (the message names its process), then resume. Do not remove the lock file.',
  },
  {
    id: 'package-unknown',
    match: { output: /E: Unable to locate package|No package \S+ available|has no installation candidate/ },
    cause: 'The package lists of this machine do not know that package.',
    remedy: '`sudo apt-get update`, then resume; `lab doctor` says which packages are needed.',
  },
  {
    id: 'frr-could-not-start',
    match: {
      output: /Could not lock pid_file|Can't create pid lock file|privs_init: |(?:zebra|bgpd) failed to start/i,
    },
    cause: 'An FRR daemon could not start: another one holds its folder, or its user may not write there.',
    remedy: 'Look for leftovers with `pgrep -a "zebra|bgpd"`; the run folder must belong to the user frr. Then resume.',
  },
  {
    id: 'certificate-time',
    match: {
      output:
        /certificate has expired or is not yet valid|certificate (?:has expired|is not yet valid)|CERT_HAS_EXPIRED/i,
    },
    cause: 'A certificate is out of date, or this machine’s clock is wrong.',
    remedy: 'Check `date`; if it is right, make the cluster anew: `lab redo` the step that starts it.',
  },
  {
    id: 'certificate-unknown',
    match: {
      output:
        /certificate signed by unknown authority|unable to get local issuer certificate|self[- ]signed certificate/i,
    },
    cause:
      'Nobody this machine trusts has signed the certificate: a proxy is in between, or the kubeconfig is of another cluster.',
    remedy:
      'Add the proxy’s certificate to the trusted ones (minikube: ~/.minikube/certs); check `kubectl config current-context`.',
  },
  {
    id: 'dns',
    match: {
      output:
        /Could not resolve host|Temporary failure (?:in name resolution|resolving)|no such host|lookup \S+ on \S+: (?:server misbehaving|read udp)|ENOTFOUND|EAI_AGAIN/i,
    },
    cause: 'A name could not be resolved: there is no network, or its name server does not answer.',
    remedy: 'Check `getent hosts registry-1.docker.io` and the proxy settings; then resume.',
  },
  {
    id: 'api-server-refused',
    match: {
      output:
        /The connection to the server \S+ was refused|couldn't get current server API group list|dial tcp \S+:(?:6443|8443|8080): connect: connection refused/i,
    },
    cause: 'The Kubernetes API does not answer: the cluster is stopped or still starting, or kubectl points elsewhere.',
    remedy: '`minikube status -p PROFILE` and `kubectl config current-context` tell; `lab resume` starts what is down.',
  },
  {
    id: 'connection-refused',
    match: { output: /connection refused|ECONNREFUSED|Couldn't connect to server/i },
    cause: 'Nothing listens at that address and port: what should is not running, or not yet.',
    remedy: '`lab status` tells what no longer holds; `lab resume` runs that again.',
  },
  {
    id: 'deadline',
    match: {
      output:
        /context deadline exceeded|timed out waiting for the condition|i\/o timeout|TLS handshake timeout|Operation timed out|Connection timed out/i,
    },
    cause: 'Something did not answer in time: a slow machine, a slow download, or a peer that is not reachable.',
    remedy:
      'Resume: what is done is kept, and the step starts with a fresh deadline. If it happens again, raise its `timeout` or `within`.',
  },
  {
    id: 'permission',
    match: { output: /permission denied|operation not permitted|EACCES|must be root|are you root\?/i },
    cause: 'This user may not do that.',
    remedy: 'Run as root (`sudo`), or see what `lab doctor` says about the privileges this variant needs.',
  },
  {
    id: 'command-not-found',
    match: { output: /command not found|executable file not found in \$PATH|^\S*sh: \d+: \S+: not found$/ },
    cause: 'A program the step needs is not installed, or not on the PATH.',
    remedy: '`lab doctor` lists every program this variant needs, and how to install it.',
  },
  {
    id: 'command-not-found',
    match: { kind: 'exit', exitCode: 127 },
    cause: 'A program the step needs is not installed, or not on the PATH.',
    remedy: '`lab doctor` lists every program this variant needs, and how to install it.',
  },
  {
    id: 'command-not-found',
    match: { kind: 'spawn', output: /^spawn \S+ ENOENT$|^command not found: / },
    cause: 'The program is not installed, or not on the PATH.',
    remedy: '`lab doctor` lists every program this variant needs, and how to install it.',
  },
  {
    id: 'killed',
    match: { kind: 'signal', output: /SIGKILL/ },
    cause: 'Someone killed the process; if nobody did, the kernel ran out of memory.',
    remedy: '`sudo dmesg | tail` tells about memory; then resume.',
  },
  {
    id: 'timeout',
    match: { kind: 'timeout' },
    cause: 'The step took longer than its `timeout` allows.',
    remedy: 'Resume: what it had finished may already suffice. If not, raise its `timeout`.',
  },
];
