import { ciliumFits } from '../../../steps/cilium/fits.ts';
import { dockerRoom } from '../../../steps/docker/containers.ts';
import { kubernetesProbe } from '../../../steps/kubernetes/probe.ts';
import { minikubeStart } from '../../../steps/minikube/cluster.ts';
import { scripted } from '../../steps/scripted-context.ts';
import {
  cluster,
  container,
  json,
  list,
  message,
  objects,
  onHost,
  refusal,
  type Said,
  type Script,
  saw,
} from './saying.ts';

const fits = (version: string, kubernetes: string, { command = '0.19.7', kernel = '6.1.0' } = {}): Promise<string> =>
  saw(
    ciliumFits.look(
      { version, kubernetes },
      onHost([
        ['cilium version', { stdout: `cilium-cli: v${command} compiled` }],
        ['uname', { stdout: kernel }],
      ]),
    ),
  );
const room = (more: object, script: Script): Promise<string> =>
  saw(dockerRoom.look(dockerRoom.input.parse(more), onHost(script)));
const minikube = minikubeStart.input.parse({ profile: cluster, nodes: 3, networkPlugin: 'cni' });
const node = (Name: string, host = 'Running') => {
  const control = Name === cluster;
  const [APIServer, Kubeconfig] = control ? ['Running', 'Configured'] : ['Irrelevant', 'Irrelevant'];
  return { Name, Host: host, Kubelet: host, APIServer, Kubeconfig };
};
const two = json([node(cluster), node('cluster1-m02')]);
const profile = {
  Name: cluster,
  Config: { KubernetesConfig: { NetworkPlugin: '' }, Nodes: [1, 2, 3].map(() => ({ Name: '' })) },
};
/** The cluster's containers, in a docker network. */
const inNetwork = (network: string) =>
  json(
    [cluster, 'cluster1-m02', 'cluster1-m03'].map((name) => ({
      ...container(name, true),
      NetworkSettings: { Networks: { [network]: { IPAddress: '192.168.49.2' } } },
    })),
  );
const three = json([cluster, 'cluster1-m02', 'cluster1-m03'].map((name) => node(name)));
const notReady = (name: string, ready: boolean) =>
  objects('Node', name, {
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', reason: 'KubeletNotReady' }] },
  });

export const ofHostAndCluster: Said = {
  // Before anything is made.
  'the cilium command 0.19.7 installs Cilium from 1.16 on, and 1.14.3 is older': () => fits('1.14.3', 'v1.28.3'),
  'Cilium 1.18 needs a kernel from 5.10 on, and this is 5.4.0-150-generic': () =>
    fits('1.18.14', 'v1.33.1', { kernel: '5.4.0-150-generic' }),
  'Cilium 1.18 is tested with Kubernetes 1.30 to 1.33, and this is v1.34.0': () => fits('1.18.14', 'v1.34.0'),
  "a container leaf1 is there that is not the lab's": () =>
    room({ containers: [{ name: 'leaf1', label: 'containerlab=srlk8s' }] }, [
      ['docker inspect', json([container('leaf1', true)])],
    ]),
  'docker network shop_default has 172.20.0.0/16, which overlaps 172.20.20.0/24': () =>
    room({ avoid: ['172.20.20.0/24'] }, [
      ['docker inspect', json([])],
      ['network ls', { stdout: 'abc' }],
      ['network inspect', json([{ Id: 'abc', Name: 'shop_default', IPAM: { Config: [{ Subnet: '172.20.0.0/16' }] } }])],
    ]),
  // The cluster.
  '2 of 3 nodes': () => saw(minikubeStart.check?.(minikube, onHost([['minikube status', two]]))),
  '2 of 3 nodes are there; adding one': async () => {
    let nodes = 2;
    const { context, logged } = scripted((line) => {
      if (line.startsWith('minikube node add')) nodes = 3;
      if (line.startsWith('minikube status'))
        return json([cluster, 'cluster1-m02', 'cluster1-m03'].slice(0, nodes).map((name) => node(name)));
      if (line.startsWith('minikube profile'))
        return json({ valid: [{ ...profile, Config: { KubernetesConfig: { NetworkPlugin: 'cni' } } }] });
      return line.startsWith('docker inspect') ? inNetwork(cluster) : line.startsWith('docker') ? { stdout: '[]' } : {};
    });
    await minikubeStart.run(minikube, context);
    return logged.join('\n');
  },
  'cluster1 is in bridge, not in docker network cluster1: minikube could not make it': () =>
    saw(
      minikubeStart.check?.(
        minikubeStart.input.parse({ profile: cluster, nodes: 3 }),
        onHost([
          ['minikube status', three],
          ['profile list', json({ valid: [profile] })],
          ['docker inspect', inNetwork('bridge')],
          [
            'docker network',
            { stdout: '[]', exitCode: 1, stderr: 'Error response from daemon: network cluster1 not found' },
          ],
        ]),
      ),
    ),
  'volume cluster1-m02 is still there': () =>
    saw(
      minikubeStart.absent?.(
        minikube,
        onHost([
          ['minikube status', { exitCode: 85 }],
          ['docker volume ls', { stdout: 'cluster1-m02\nother\n' }],
          ['docker network inspect', { stdout: '[]' }],
        ]),
      ),
    ),
  'the container of a node is gone': () =>
    saw(minikubeStart.check?.(minikube, onHost([['minikube status', { stdout: 'null', exitCode: 7 }]]))),
  'cluster1-m02: host Stopped': () =>
    saw(
      minikubeStart.check?.(
        minikube,
        onHost([['minikube status', { ...json([node(cluster), node('cluster1-m02', 'Stopped')]), exitCode: 7 }]]),
      ),
    ),
  'cluster cluster1 is there, but it was started with network plugin unset, and cni is wanted; to start over: minikube delete -p cluster1':
    () =>
      refusal(() =>
        minikubeStart.run(
          minikube,
          onHost([
            ['minikube status', two],
            ['profile list', json({ valid: [profile] })],
          ]),
        ),
      ),
  'another network plugin is installed; …': async () => message('another network plugin is installed'),
  'no pod has an address of another network': async () => message('no pod has an address of another network'),
  '2 of 3 nodes Ready; cluster1-m02: KubeletNotReady': () =>
    saw(
      kubernetesProbe.look(
        kubernetesProbe.input.parse({ cluster, kind: 'nodes', count: 3, condition: 'Ready' }),
        onHost([
          ['get nodes', list(notReady(cluster, true), notReady('cluster1-m02', false), notReady('cluster1-m03', true))],
        ]),
      ),
    ),
};
