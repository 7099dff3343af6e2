// Branches of step types that a whole deploy seldom takes.
import { describe, expect, it } from 'vitest';
import { ciliumInstall } from '../../steps/cilium/install.ts';
import { containerlabPrefix } from '../../steps/containerlab/command.ts';
import { dockerRoom } from '../../steps/docker/containers.ts';
import { kubernetesApply } from '../../steps/kubernetes/apply.ts';
import { kubeProxyRules } from '../../steps/kubernetes/kube-proxy.ts';
import { minikubeStart } from '../../steps/minikube/cluster.ts';
import { srlinuxBgp } from '../../steps/srlinux/probes.ts';
import { sample } from './samples.ts';
import { scripted } from './scripted-context.ts';

describe('kube-proxy.rules', () => {
  const node = { container: 'cluster1', kubernetes: 'v1.33.1' };
  const legacy = '*nat\n:KUBE-SERVICES - [0:0]\n:KUBE-KUBELET-CANARY - [0:0]\nCOMMIT\n';

  it('finds rules in whichever backend they are, and puts back what is not kube-proxy’s', async () => {
    const { context, calls } = scripted((line) => {
      if (line.endsWith('ip6tables-nft-save'))
        return { exitCode: 127, stderr: 'exec: executable file not found in $PATH' };
      return { stdout: line.endsWith(' iptables-legacy-save') ? legacy : '*nat\nCOMMIT\n' };
    });
    expect(await kubeProxyRules.check?.(node, context)).toMatchObject({ holds: false });
    await kubeProxyRules.run(node, context);
    expect(calls.filter(({ line }) => line.includes('restore'))).toEqual([
      {
        line: 'docker exec -i cluster1 iptables-legacy-restore',
        stdin: '*nat\n:KUBE-KUBELET-CANARY - [0:0]\nCOMMIT\n',
      },
    ]);
  });

  it.each([
    'Error response from daemon: container 0123 is not running',
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    'permission denied while trying to connect to the Docker daemon socket',
  ])('takes a node that gives no answer for trouble, not for one without rules: %s', async (stderr) => {
    const { context } = scripted(() => ({ exitCode: 1, stderr }));
    await expect(kubeProxyRules.check?.(node, context)).rejects.toThrow(stderr);
  });

  it('passes over a backend the kernel does not have', async () => {
    const { context } = scripted((line) =>
      line.includes('legacy')
        ? {
            exitCode: 3,
            stderr: "iptables-legacy-save v1.8.9 (legacy): can't initialize iptables table `nat': Table does not exist",
          }
        : { stdout: '*nat\nCOMMIT\n' },
    );
    expect(await kubeProxyRules.check?.(node, context)).toMatchObject({ holds: true });
  });
});

describe('containerlab', () => {
  it('is called as root, by its setuid bit, or through sudo that asks nothing', async () => {
    const stat = (mode: number) => async () => ({ kind: 'file', size: 1, mode, inode: 1 }) as const;
    const prefix = (uid: number, mode: number) =>
      containerlabPrefix(scripted(() => ({}), { uid, stat: stat(mode) }).context);
    expect(await prefix(0, 0o755)).toEqual(['containerlab']);
    expect(await prefix(1000, 0o4755)).toEqual(['containerlab']);
    expect(await prefix(1000, 0o755)).toEqual(['sudo', '-n', 'containerlab']);
  });
});

describe('minikube.start', () => {
  const wanted = minikubeStart.input.parse({ profile: 'cluster1', nodes: 2 });

  it('does not take nodes away from a cluster that has more', async () => {
    const profile = {
      valid: [{ Name: 'cluster1', Config: { Nodes: [{ Name: '' }, { Name: 'm02' }, { Name: 'm03' }] } }],
    };
    const { context, calls } = scripted((line) => ({
      stdout: line.includes('profile list') ? JSON.stringify(profile) : sample('minikube-status-multinode.json'),
    }));
    await expect(minikubeStart.run(wanted, context)).rejects.toThrow('has 3 nodes, and 2 are wanted');
    expect(calls.some(({ line }) => /delete|start/.test(line))).toBe(false);
  });

  it('does not take a cluster that was started without a network for one that has it', async () => {
    const config = { KubernetesConfig: { NetworkPlugin: 'cni', CNI: 'false' }, Nodes: [{ Name: '' }] };
    const node = {
      Name: 'cluster1',
      Host: 'Running',
      Kubelet: 'Running',
      APIServer: 'Running',
      Kubeconfig: 'Configured',
    };
    const { context, calls } = scripted((line) => {
      if (line.includes('status')) return { stdout: JSON.stringify(node) };
      return line.includes('profile list')
        ? { stdout: JSON.stringify({ valid: [{ Name: 'cluster1', Config: config }] }) }
        : {};
    });
    const step = minikubeStart.input.parse({ profile: 'cluster1', nodes: 1 });
    expect(await minikubeStart.check?.(step, context)).toMatchObject({ holds: false });
    await expect(minikubeStart.run(step, context)).rejects.toThrow('minikube delete -p cluster1');
    expect(calls.some(({ line }) => line.startsWith('minikube start'))).toBe(false);
  });

  it('deletes its own profile and no other', async () => {
    const { context, calls } = scripted(() => ({}));
    await minikubeStart.undo?.(wanted, context);
    const changes = calls
      .map(({ line }) => line)
      .filter((line) => !/^docker (ps|volume ls|network inspect)/.test(line));
    expect(changes).toEqual(['minikube delete -p cluster1']);
  });

  it('says what minikube says when it does not understand it', async () => {
    const { context } = scripted(() => ({ exitCode: 80, stderr: 'X Exiting due to GUEST_STATUS: state: unknown' }));
    await expect(minikubeStart.check?.(wanted, context)).rejects.toThrow('GUEST_STATUS');
  });
});

describe('kubernetes.apply', () => {
  const step = kubernetesApply.input.parse({ cluster: 'cluster1', file: 'a.yaml' });

  it('is gone when its cluster is, and then nothing is deleted', async () => {
    const { context, calls } = scripted((line) =>
      line.startsWith('kubectl config') ? { stdout: 'minikube\n' } : undefined,
    );
    expect(await kubernetesApply.absent?.(step, context)).toMatchObject({ holds: true });
    await kubernetesApply.undo?.(step, context);
    expect(calls.every(({ line }) => line.startsWith('kubectl config'))).toBe(true);
  });

  it('tells a difference from an answer that did not come', async () => {
    const difference = {
      exitCode: 1,
      stdout: 'diff -u -N /tmp/LIVE-1/v1.Service.default.a /tmp/MERGED-1/v1.Service.default.a',
    };
    const refusal = { exitCode: 1, stderr: 'error: no matches for kind "CiliumBGPPeeringPolicy"' };
    expect((await kubernetesApply.check?.(step, scripted(() => difference).context))?.saw).toContain(
      'v1.Service.default.a',
    );
    expect((await kubernetesApply.check?.(step, scripted(() => refusal).context))?.saw).toContain(
      'no matches for kind',
    );
  });
});

describe('cilium.install', () => {
  const step = { cluster: 'cluster1', version: '1.18.14', values: { tunnel: 'disabled' } };

  it('refuses what would fail, before it is called', async () => {
    const old = scripted((line) =>
      line.includes('version') ? { stdout: 'cilium-cli: v0.15.14 compiled with go1.21' } : undefined,
    );
    await expect(ciliumInstall.run(step, old.context)).rejects.toThrow(/from 0\.18\.7.*tunnel left the chart/);
    expect(old.calls.some(({ line }) => line.startsWith('cilium install'))).toBe(false);
  });

  it('waits for namespaces of an earlier release that are being deleted, and for no other', async () => {
    const namespace = (name: string, release: string, ending: boolean) => ({
      metadata: {
        name,
        annotations: { 'meta.helm.sh/release-name': release },
        ...(ending && { deletionTimestamp: '2026-12-01T05:00:00Z' }),
      },
    });
    const answers = [
      [namespace('cilium-secrets', 'cilium', true), namespace('other', 'other', true)],
      [namespace('kept', 'cilium', false), namespace('other', 'other', true)],
    ];
    const { context, calls } = scripted((line) => {
      if (line === 'cilium version --client') return { stdout: 'cilium-cli: v0.18.9 compiled with go1.24' };
      return line.includes('get namespaces') ? { stdout: JSON.stringify({ items: answers.shift() }) } : undefined;
    });
    await ciliumInstall.run({ ...step, values: {} }, context);
    const order = calls.map(({ line }) => line).filter((line) => /get namespaces|cilium install/.test(line));
    expect(order.map((line) => line.split(' ', 2).join(' '))).toEqual([
      'kubectl --context',
      'kubectl --context',
      'cilium install',
    ]);
  });
});

describe('docker.room', () => {
  it('names networks that overlap the lab’s prefixes, its own aside', async () => {
    const network = (Name: string, Subnet: string) => ({ Id: `${Name}-id`, Name, IPAM: { Config: [{ Subnet }] } });
    const list = [
      network('cluster1', '192.168.49.0/24'),
      network('other', '192.168.16.0/22'),
      network('six', 'fd00::/64'),
    ];
    const { context } = scripted((line) => {
      if (line.includes('network ls')) return { stdout: 'a\nb\nc\n' };
      return { stdout: line.includes('network inspect') ? JSON.stringify(list) : '[]' };
    });
    const look = dockerRoom.input.parse({ networks: ['cluster1'], avoid: ['192.168.16.0/20', '192.168.49.0/24'] });
    expect(await dockerRoom.look(look, context)).toMatchObject({
      holds: false,
      saw: 'docker network other has 192.168.16.0/22, which overlaps 192.168.16.0/20',
    });
  });
});

describe('srlinux.bgp', () => {
  const look = srlinuxBgp.input.parse({ router: 'leaf4', instance: 'ip-vrf-1' });

  it('sees no neighbour where no BGP is, and passes warnings over', async () => {
    const empty = await srlinuxBgp.look(look, scripted(() => ({ stdout: '\n' })).context);
    expect(empty).toMatchObject({ holds: false, saw: '0 of 0 Established' });
    const warned =
      'Warning: running without a licence\n{"neighbor":[{"peer-address":"10.0.0.1","session-state":"established"}]}';
    expect(await srlinuxBgp.look(look, scripted(() => ({ stdout: warned })).context)).toMatchObject({ holds: true });
  });

  it('says what the router said instead of JSON', async () => {
    const { context } = scripted(() => ({ stdout: 'Error: Path not valid - unknown element' }));
    await expect(srlinuxBgp.look(look, context)).rejects.toThrow(
      'leaf4 answered something else than JSON: Error: Path not valid',
    );
  });
});
