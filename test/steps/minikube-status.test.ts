import { describe, expect, it } from 'vitest';
import { clusterStatus, illnessOf, profileIn } from '../../steps/minikube/status.ts';
import { sample } from './samples.ts';

const multinode = sample('minikube-status-multinode.json');
const read = (exitCode: number, text: string) => {
  const status = clusterStatus(exitCode, text);
  if (!status) throw new Error('no status');
  return status;
};

describe('what minikube says of a profile', () => {
  it('is a list for several nodes, and well when as many as wanted run', () => {
    expect(illnessOf(read(0, multinode), 3)).toBeUndefined();
    expect(illnessOf(read(0, multinode), 4)).toBe('3 of 4 nodes');
  });

  it('is an object for one node', () => {
    expect(illnessOf(read(0, sample('minikube-status-singlenode.json')), 1)).toBeUndefined();
  });

  it('is exit 85 for a profile that is not there, whatever it prints', () => {
    expect(read(85, 'Profile "cluster1" not found.')).toEqual({ kind: 'none' });
  });

  it('is null when the container of a node is gone', () => {
    expect(illnessOf(read(7, 'null'), 3)).toBe('the container of a node is gone');
  });

  it.each([
    ['"Host":"Running"', '"Host":"Stopped"', 'cluster1: host Stopped'],
    ['"Kubelet":"Running"', '"Kubelet":"Stopped"', 'cluster1: kubelet Stopped'],
    ['"APIServer":"Running"', '"APIServer":"Paused"', 'cluster1: API server Paused'],
    ['"Kubeconfig":"Configured"', '"Kubeconfig":"Misconfigured"', 'cluster1: kubeconfig Misconfigured'],
  ])('names the first node that is not well: %s -> %s', (good, bad, why) => {
    expect(illnessOf(read(3, multinode.replace(good, bad)), 3)).toBe(why);
  });

  it('keeps the nodes it understands, and is not well for one it does not', () => {
    const text = multinode.replace(/"Name": ?"cluster1-m02"/, '"Nome":"cluster1-m02"');
    const status = read(0, text);
    expect(status).toMatchObject({ kind: 'nodes', nodes: [{ Name: 'cluster1' }, { Name: 'cluster1-m03' }] });
    expect(illnessOf(status, 3)).toMatch(/^a node of it can't be read: .*Name/);
  });

  it('is nothing when it is a message', () => {
    expect(clusterStatus(1, 'X Exiting due to something')).toBeUndefined();
  });
});

describe('a profile as minikube keeps it', () => {
  it('tells with what it was started', () => {
    expect(profileIn(sample('minikube-profile-list-spliced.json'), 'minikube')).toEqual({
      kind: 'profile',
      profile: { nodes: 1, kubernetes: 'v1.20.0', runtime: 'docker', networkPlugin: '', cni: '' },
    });
  });

  it('is not there for another name, and not known from an error', () => {
    expect(profileIn(sample('minikube-profile-list-spliced.json'), 'cluster1')).toEqual({ kind: 'none' });
    expect(profileIn('{"error":"no profiles"}', 'cluster1')).toEqual({ kind: 'unread' });
  });

  it('is read also beside one that is not understood, and is not taken for absent when it is that one', () => {
    const odd = '{"Name":"odd","Config":{"Nodes":7}}';
    const text = `{"invalid":[],"valid":[${odd},{"Name":"cluster1","Config":{"Nodes":[{"Name":""}]}}]}`;
    expect(profileIn(text, 'cluster1')).toMatchObject({ kind: 'profile', profile: { nodes: 1 } });
    expect(profileIn(text, 'odd')).toMatchObject({ kind: 'unread', why: expect.stringContaining('Config.Nodes') });
  });
});
