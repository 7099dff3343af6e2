// A Kubernetes API server with etcd, controllers and a scheduler; kwok plays its nodes, and their pods run without running anything.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { etcd, type Program, program, release } from './programs.ts';

export const clusterPrograms: readonly Program[] = [
  etcd,
  program('kubernetes', release('kubernetes')),
  program('kwok', release('kwok')),
];

type Part = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kwok';

export interface Cluster {
  readonly kubeconfig: string;
  /** @throws when it does not exit 0 */
  kubectl(...argv: string[]): string;
  /** Applies a manifest. @throws as kubectl */
  apply(manifest: object): void;
  /** What `action` gives, during which a part of the cluster stands still. */
  without<T>(part: Part, action: () => Promise<T>): Promise<T>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A cluster whose context has its name, with nodes of these names. @throws with the end of a log when a part of it does not come up. */
export const openCluster = async (name: string, nodes: readonly string[]): Promise<Cluster> => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-cluster-'));
  const PATH = [...clusterPrograms.map(({ bin }) => bin), process.env['PATH']].join(':');
  const running = new Map<Part, ChildProcess>();
  const start = (part: Part, args: readonly string[]): void => {
    const log = openSync(join(folder, `${part}.log`), 'w');
    // It ends with this process also when that is killed.
    const argv = ['--pdeathsig', 'KILL', part, ...args];
    running.set(
      part,
      spawn('setpriv', argv, { cwd: folder, stdio: ['ignore', log, log], env: { ...process.env, PATH } }),
    );
    closeSync(log);
  };
  const dispose = async (): Promise<void> => {
    await Promise.all(
      [...running.values()].map((child) => {
        if (child.exitCode !== null || child.signalCode !== null) return undefined;
        child.kill('SIGKILL');
        return once(child, 'exit');
      }),
    );
    rmSync(folder, { recursive: true, force: true });
  };
  const kubeconfig = join(folder, 'kubeconfig');
  const ask = (argv: readonly string[], manifest?: object): string =>
    execFileSync('kubectl', ['--kubeconfig', kubeconfig, ...argv], {
      ...{ encoding: 'utf8', stdio: 'pipe', env: { ...process.env, PATH, HOME: folder } },
      input: manifest === undefined ? '' : JSON.stringify(manifest),
    });
  const kubectl = (...argv: string[]): string => ask(argv);
  const apply = (manifest: object): void => void ask(['apply', '-f', '-'], manifest);
  const without: Cluster['without'] = async (part, action) => {
    running.get(part)?.kill('SIGSTOP');
    try {
      return await action();
    } finally {
      running.get(part)?.kill('SIGCONT');
    }
  };
  try {
    const [client, peer, api] = await freePorts(3);
    const store = `http://127.0.0.1:${client}`;
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(join(folder, 'accounts.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }));
    writeFileSync(join(folder, 'tokens.csv'), 'lab-token,lab,lab,system:masters\n');
    writeFileSync(kubeconfig, configuration(name, `https://127.0.0.1:${api}`));
    start('etcd', [
      ...['--data-dir', 'etcd', '--listen-client-urls', store, '--advertise-client-urls', store],
      ...['--listen-peer-urls', `http://127.0.0.1:${peer}`],
    ]);
    start('kube-apiserver', [
      ...['--etcd-servers', store, '--bind-address', '127.0.0.1', '--secure-port', String(api), '--cert-dir', 'certs'],
      ...['--token-auth-file', 'tokens.csv', '--authorization-mode', 'AlwaysAllow', '--allow-privileged'],
      ...['--service-cluster-ip-range', '10.96.0.0/12', '--service-account-issuer', 'https://lab.test'],
      ...['--service-account-key-file', 'accounts.key', '--service-account-signing-key-file', 'accounts.key'],
    ]);
    await readiness(kubectl, [...running.values()], () => readFileSync(join(folder, 'kube-apiserver.log'), 'utf8'));
    const common = ['--kubeconfig', kubeconfig, '--leader-elect=false', '--secure-port', '0'];
    start('kube-controller-manager', [...common, '--service-account-private-key-file', 'accounts.key']);
    start('kube-scheduler', common);
    // Without leases a node counts as lost after 40 seconds, and its pods as not ready.
    start('kwok', ['--kubeconfig', kubeconfig, '--manage-all-nodes=true', '--node-lease-duration-seconds=40']);
    for (const node of nodes) {
      const labels = { 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': node };
      apply({ apiVersion: 'v1', kind: 'Node', metadata: { name: node, labels } });
    }
    kubectl('wait', '--for=condition=Ready', 'nodes', '--all', '--timeout=120s');
    return { kubeconfig, kubectl, apply, without, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
};

const configuration = (name: string, server: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name, user: { token: 'lab-token' } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });

const readiness = async (
  kubectl: Cluster['kubectl'],
  running: readonly ChildProcess[],
  log: () => string,
): Promise<void> => {
  for (let look = 0; look < 240; look += 1) {
    try {
      kubectl('get', '--raw', '/readyz');
      return;
    } catch {
      if (running.some(({ exitCode }) => exitCode !== null)) break;
      await pause(500);
    }
  }
  throw new Error(`the API server did not come up:\n${log().split('\n').slice(-5).join('\n')}`);
};

/** Ports that were free a moment ago, all at once so that they differ. */
const freePorts = async (count: number): Promise<readonly number[]> => {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
};
