import { describe, expect, it } from 'vitest';
import { findCause } from '../../src/view/find-cause.ts';
import { knownCauses } from '../../src/view/known-causes.ts';

const fromLine = (line: string) =>
  findCause({ failure: { kind: 'exit', exitCode: 1, command: 'x', tail: ['before', line, 'after'] }, evidence: [] })
    ?.id;

/** What the programs really print, as seen on a machine or in their issue trackers. */
const lines: readonly (readonly [id: string, line: string])[] = [
  [
    'image-pull-limit',
    'Error response from daemon: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
  ],
  [
    'image-pull-limit',
    '429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.',
  ],
  [
    'image-missing',
    'Error response from daemon: manifest for ghcr.io/nokia/srlinux:99.9 not found: manifest unknown: manifest unknown',
  ],
  ['image-missing', 'Warning  Failed     2s (x2 over 17s)  kubelet  Error: ImagePullBackOff'],
  [
    'docker-not-permitted',
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.24/version": dial unix /var/run/docker.sock: connect: permission denied',
  ],
  [
    'docker-not-running',
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
  ],
  [
    'docker-not-running',
    'X Exiting due to PROVIDER_DOCKER_NOT_RUNNING: "docker version --format <no value>-<no value>:<no value>" exit status 1: Cannot connect to the Docker daemon',
  ],
  [
    'docker-networks-used-up',
    'Error response from daemon: could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
  ],
  ['docker-networks-used-up', 'conflicts with network 117eb69f8b53 (br-117eb69f8b53): networks have overlapping IPv4'],
  [
    'minikube-no-network',
    '! Unable to create dedicated network, this might result in cluster IP change after restart: un-retryable: no free private network subnets found with given parameters',
  ],
  [
    'docker-network-in-use',
    'Error response from daemon: error while removing network: network cluster1 id 3f2a0c1b9d8e has active endpoints',
  ],
  [
    'containerlab-post-deploy',
    'time="2026-12-01T02:00:00Z" level=error msg="failed to run postdeploy task for node leaf1: timed out waiting for SR Linux node leaf1 to boot: context deadline exceeded"',
  ],
  ['cilium-version-unsupported', 'Error: Unable to install Cilium: cilium version unsupported 1.14.3'],
  ['minikube-half-deleted', '* docker "minikube" container is missing, will recreate.'],
  [
    'minikube-half-deleted',
    'X Exiting due to GUEST_STATUS: state: unknown state "cluster1": docker container inspect cluster1 --format=: exit status 1',
  ],
  [
    'minikube-half-deleted',
    'X Exiting due to GUEST_PROVISION_CONTAINER_EXITED: Docker container exited prematurely after it was created',
  ],
  [
    'minikube-resources',
    'X Exiting due to RSRC_INSUFFICIENT_CONTAINER_MEMORY: docker only has 1771MiB available, less than the required 1800MiB for Kubernetes',
  ],
  [
    'minikube-resources',
    'X Exiting due to RSRC_INSUFFICIENT_CORES: Requested cpu count 2 is greater than the available cpus of 1',
  ],
  [
    'minikube-profile-exists',
    'X Exiting due to GUEST_DRIVER_MISMATCH: The existing "cluster1" cluster was created using the "kvm2" driver, which is incompatible with requested "docker" driver.',
  ],
  [
    'containerlab-exists',
    "Error: the 'srlk8s' lab has already been deployed. Destroy the lab before deploying a lab with the same name",
  ],
  [
    'containerlab-exists',
    "Error: containers [leaf1 leaf2] already exist. Add '--reconfigure' flag to the deploy command to first remove the containers and then deploy the lab",
  ],
  ['containerlab-privileges', 'Error: containerlab requires sudo privileges to run'],
  ['helm-name-in-use', 'Error: Unable to install Cilium: cannot re-use a name that is still in use'],
  ['port-in-use', 'nginx: [emerg] bind() to 127.0.0.1:8080 failed (98: Address already in use)'],
  [
    'port-in-use',
    'driver failed programming external connectivity on endpoint web (5493): Bind for 0.0.0.0:8080 failed: port is already allocated',
  ],
  ['namespace-exists', 'Cannot create namespace file "/run/netns/lab-leaf1": File exists'],
  ['link-exists', 'RTNETLINK answers: File exists'],
  ['device-type-unknown', 'Error: Unknown device type.'],
  ['unshare-refused', 'unshare: unshare failed: Operation not permitted'],
  ['unshare-refused', 'mount --make-shared /run/netns failed: Operation not permitted'],
  [
    'inotify-limit',
    'failed to create CRI service: failed to create cni conf monitor for default: failed to create fsnotify watcher: too many open files',
  ],
  ['too-many-open-files', 'accept4() failed (24: Too many open files)'],
  ['no-space', 'failed to register layer: write /usr/lib/x86_64-linux-gnu/libgio-2.0.so.0: no space left on device'],
  ['no-space', 'ls: write error: No space left on device'],
  ['out-of-memory', 'bash: fork: Cannot allocate memory'],
  ['apt-locked', 'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1797 (apt-get)'],
  ['package-unknown', 'E: Unable to locate package frr'],
  [
    'frr-could-not-start',
    'OSPF: Could not lock pid_file /var/run/frr/ospfd.pid (Resource temporarily unavailable), exiting',
  ],
  [
    'frr-could-not-start',
    "ZEBRA: [XNZM2-2XF6G][EC 100663303] Can't create pid lock file /var/run/frr/zebra.pid (Permission denied), exiting",
  ],
  ['frr-could-not-start', 'privs_init: could not lookup user frr'],
  ['certificate-time', 'Unable to connect to the server: x509: certificate has expired or is not yet valid'],
  ['certificate-unknown', 'Unable to connect to the server: x509: certificate signed by unknown authority'],
  ['dns', 'curl: (6) Could not resolve host: registry-1.docker.io'],
  [
    'dns',
    'Get https://registry-1.docker.io/v2/: dial tcp: lookup registry-1.docker.io on 192.168.65.1:53: server misbehaving',
  ],
  ['dns', "Temporary failure resolving 'deb.debian.org'"],
  [
    'api-server-refused',
    'The connection to the server localhost:8080 was refused - did you specify the right host or port?',
  ],
  ['connection-refused', "curl: (7) Failed to connect to 127.0.0.1 port 80 after 0 ms: Couldn't connect to server"],
  ['deadline', 'failed to connect: context deadline exceeded'],
  ['deadline', 'error: timed out waiting for the condition on deployments/nginxhello'],
  [
    'permission',
    'iptables v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)',
  ],
  ['command-not-found', 'bash: line 1: containerlab: command not found'],
];

describe('known causes', () => {
  it.each(lines)('recognise %s in: %s', (id, line) => {
    expect(fromLine(line)).toBe(id);
  });

  it('recognise how a command ended', () => {
    const tail: string[] = [];
    const id = (failure: Parameters<typeof findCause>[0]['failure']) => findCause({ failure, evidence: [] })?.id;
    expect(id({ kind: 'exit', exitCode: 127, command: 'x', tail })).toBe('command-not-found');
    expect(id({ kind: 'spawn', command: 'x', code: 'ENOENT', message: 'spawn x ENOENT' })).toBe('command-not-found');
    for (const message of ['the working folder /no does not exist', './x: its interpreter does not exist'])
      expect(id({ kind: 'spawn', command: 'x', code: 'ENOENT', message })).not.toBe('command-not-found');
    expect(id({ kind: 'signal', signal: 'SIGKILL', command: 'x', tail })).toBe('killed');
    expect(id({ kind: 'timeout', afterMs: 1, command: 'x', tail })).toBe('timeout');
    expect(id(undefined)).toBeUndefined();
  });

  it('look at what probes saw as well', () => {
    const saw = 'The connection to the server 192.168.49.2:8443 was refused - did you specify the right host or port?';
    const failure = { kind: 'health', observations: [{ probe: 'nodes', holds: false, saw }], waitedMs: 1 } as const;
    expect(findCause({ failure, evidence: [] })?.id).toBe('api-server-refused');
  });

  it('say nothing about what they do not know', () => {
    expect(fromLine('something else went wrong')).toBeUndefined();
  });

  it('let a project add its own, for a step type and an exit code, and try them first', () => {
    const own = { id: 'own', match: { uses: /^acme\./ }, cause: 'c', remedy: 'r' };
    const failure = { kind: 'step-type', uses: 'acme.thing', message: 'no space left on device', tail: [] } as const;
    expect(findCause({ failure, evidence: [], causes: [own] })?.id).toBe('own');
    expect(findCause({ failure: { ...failure, uses: 'other' }, evidence: [], causes: [own] })?.id).toBe('no-space');
  });

  it('are each met by a line above or by a way to end', () => {
    const met = new Set([...lines.map(([id]) => id), 'command-not-found', 'killed', 'timeout']);
    expect(knownCauses.map(({ id }) => id).filter((id) => !met.has(id))).toEqual([]);
  });

  it('work quickly on hostile lines', () => {
    const begin = process.cpuUsage().user;
    fromLine('certificate '.repeat(100_000));
    fromLine(`GUEST_STATUS: ${'unshare '.repeat(100_000)}`);
    expect(process.cpuUsage().user - begin).toBeLessThan(5_000_000);
  });
});
