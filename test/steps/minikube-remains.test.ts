// What minikube leaves, found by the labels it really writes: on every node its own name, not the profile's.
import { describe, expect, it } from 'vitest';
import { minikubeStart } from '../../steps/minikube/cluster.ts';
import { scripted } from './scripted-context.ts';

const step = minikubeStart.input.parse({ profile: 'cluster1', nodes: 3 });

/** Docker as `minikube delete` left it: worker volumes and the network (kubernetes/minikube issues 8215, 9776), beside another profile's. */
const left = () => {
  const there = {
    container: ['cluster1-m02', 'cluster10', 'other'],
    volume: ['cluster1-m02', 'cluster1-m03', 'cluster10-m02'],
    network: ['cluster1'],
  };
  const host = scripted((line) => {
    const [, , ...rest] = line.split(' ');
    if (line.startsWith('minikube status')) return { exitCode: 85 };
    if (line.startsWith('docker ps')) return { stdout: there.container.join('\n') };
    if (line.startsWith('docker volume ls')) return { stdout: there.volume.join('\n') };
    if (line.startsWith('docker network inspect')) {
      const labels = { 'created_by.minikube.sigs.k8s.io': 'true' };
      return { stdout: JSON.stringify(there.network.map((Name) => ({ Id: Name, Name, Labels: labels }))) };
    }
    if (line.startsWith('docker rm')) there.container = there.container.filter((name) => !rest.includes(name));
    if (line.startsWith('docker volume rm')) there.volume = there.volume.filter((name) => !rest.includes(name));
    if (line.startsWith('docker network rm')) there.network = [];
    return undefined;
  });
  return { ...host, there };
};

describe('what minikube leaves', () => {
  it('is seen by name: containers, volumes and the network of every node', async () => {
    const { context, there } = left();
    const saw = async () => (await minikubeStart.absent?.(step, context))?.saw;
    expect(await saw()).toBe('container cluster1-m02 is still there');
    there.container = ['cluster10'];
    expect(await saw()).toBe('volume cluster1-m02 is still there');
    there.volume = [];
    expect(await saw()).toBe('docker network cluster1 is still there');
    there.network = [];
    expect(await saw()).toBe('profile, containers, volumes and network are gone');
  });

  it('is taken away after minikube’s own delete, and nothing of another profile', async () => {
    const { context, calls, there } = left();
    await minikubeStart.undo?.(step, context);
    expect(there).toEqual({ container: ['cluster10', 'other'], volume: ['cluster10-m02'], network: [] });
    expect(calls[0]?.line).toBe('minikube delete -p cluster1');
    expect(await minikubeStart.absent?.(step, context)).toMatchObject({ holds: true });
  });
});
