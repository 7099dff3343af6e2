import { describe, expect, it } from 'vitest';
import { datapathIn, peersIn, statusIn } from '../../steps/cilium/answers.ts';
import { ciliumBgp } from '../../steps/cilium/probes.ts';
import { configDifference, keptValues, setArguments, unknownValues } from '../../steps/cilium/values.ts';
import { isOutdated } from '../../steps/cilium/world.ts';
import { sample } from './samples.ts';
import { type Answer, scripted } from './scripted-context.ts';

describe('BGP sessions as cilium tells them', () => {
  it('come by node, with the counts that are left out read as zero', () => {
    const peer = peersIn(sample('cilium-bgp-peers.json'))?.peers[0];
    expect(peer).toMatchObject({
      node: 'clab-bgp-cplane-demo-worker3',
      address: '10.0.0.2',
      state: 'established',
      localAs: 65011,
      advertised: 1,
    });
    expect(peer?.families[1]).toEqual({ afi: 'ipv6', safi: 'unicast', received: 0, accepted: 0, advertised: 0 });
  });

  it('are none where there is no Cilium, and no answer in a message', () => {
    expect(peersIn('{}')).toEqual({ peers: [], answered: [], unread: {} });
    expect(peersIn('Error: unable to reach the cluster')).toBeUndefined();
  });
});

describe('the probe of BGP sessions', () => {
  const sessions = (answer: Answer) => {
    const query = ciliumBgp.input.parse({
      cluster: 'cluster1',
      nodes: ['cluster1', 'cluster1-m02'],
      peer: '192.168.1.1',
    });
    return ciliumBgp.look(query, scripted(() => answer).context);
  };
  const peer = { 'peer-address': '192.168.1.1', 'session-state': 'established', families: [] };

  it('tells an agent that did not answer from a node that no policy selects', async () => {
    // cilium-cli v0.19.7, bgp/peers.go: answers on stdout, errors on stderr, exit code 0.
    const stderr =
      'Errors retrieving peering state: failed to fetch bgp state from cilium-x7: command terminated with exit code 1\n\n';
    const one = JSON.stringify({ cluster1: [peer] });
    expect((await sessions({ stdout: one, stderr })).saw).toBe(
      '1 of 2 nodes Established; cluster1-m02: its agent did not answer: Errors retrieving peering state: failed to fetch bgp state from cilium-x7: command terminated with exit code 1',
    );
    const none = JSON.stringify({ cluster1: [peer], 'cluster1-m02': [] });
    expect((await sessions({ stdout: none })).saw).toContain('cluster1-m02: no session, so no policy selects it');
  });

  it('keeps what it understands beside what it does not, and says both', async () => {
    const stdout = JSON.stringify({ cluster1: [peer], 'cluster1-m02': [{ 'peer-address': 7 }] });
    const { holds, saw, values } = await sessions({ stdout });
    expect([holds, values['established']]).toEqual([false, ['cluster1']]);
    expect(saw).toContain("cluster1-m02: its answer can't be read:");
  });

  it('does not ignore how the command ended', async () => {
    await expect(sessions({ stdout: '{}', stderr: 'Error: no cilium pods', exitCode: 1 })).rejects.toThrow(
      'no cilium pods',
    );
  });
});

describe('the health of an installation', () => {
  it('has no agents and an error where it is not installed', () => {
    const status = statusIn(sample('cilium-status-not-installed.json'));
    expect(status?.agents).toEqual({ desired: 0, ready: 0 });
    expect(status?.errors).toEqual(['daemonsets.apps "cilium" not found']);
  });

  it('counts agents and operators', () => {
    const text =
      '{"pod_state":{"cilium":{"Type":"DaemonSet","Desired":3,"Ready":2},"cilium-operator":{"Desired":1,"Ready":1}}}';
    expect(statusIn(text)).toEqual({
      agents: { desired: 3, ready: 2 },
      operators: { desired: 1, ready: 1 },
      errors: [],
      unread: [],
    });
  });

  it('is told as far as it is understood', () => {
    const text = JSON.stringify({
      pod_state: { cilium: { Desired: 3, Ready: 3 }, 'hubble-relay': { Desired: 'one' } },
      errors: { cilium: { 'cilium-abc': { Errors: ['no route'] }, 'cilium-def': 7 }, relay: 'off' },
    });
    expect(statusIn(text)).toEqual({
      agents: { desired: 3, ready: 3 },
      operators: { desired: 0, ready: 0 },
      errors: ['no route', expect.stringContaining('relay: "off"'), expect.stringContaining('cilium-def: 7')],
      unread: [expect.stringContaining('hubble-relay: {"Desired":"one"}')],
    });
    expect(statusIn('Error: no cluster')).toBeUndefined();
  });
});

describe("an agent's datapath", () => {
  it('tells what it serves on', () => {
    const text =
      '{"kube-proxy-replacement":{"mode":"True","deviceList":[{"name":"eth1","ip":["192.168.1.11"]}],"directRoutingDevice":"eth1"}}';
    expect(datapathIn(text)).toEqual({
      kubeProxyReplacement: true,
      devices: ['eth1'],
      directRoutingDevice: 'eth1',
      unread: [],
    });
  });

  it('is that of old agents, with one list of names', () => {
    const text = '{"kube-proxy-replacement":{"mode":"Strict","devices":["eth0","eth1"]}}';
    expect(datapathIn(text)).toEqual({
      kubeProxyReplacement: true,
      devices: ['eth0', 'eth1'],
      directRoutingDevice: '',
      unread: [],
    });
  });

  it('is told as far as it is understood, and nothing is said to be off that was not told', () => {
    const part = { mode: 'True', deviceList: [{ name: 'eth1' }, 'eth2'], directRoutingDevice: 5 };
    expect(datapathIn(JSON.stringify({ 'kube-proxy-replacement': part }))).toEqual({
      kubeProxyReplacement: true,
      devices: ['eth1'],
      directRoutingDevice: '',
      unread: [expect.stringContaining('directRoutingDevice: 5'), expect.stringContaining('"eth2"')],
    });
    expect(datapathIn('{}')?.unread).toEqual(['it says nothing of kube-proxy-replacement']);
  });
});

describe('values of the chart', () => {
  const values = {
    routingMode: 'native',
    'ipam.operator.clusterPoolIPv4PodCIDRList': ['192.168.16.0/20'],
    devices: ['eth1', 'eth2'],
    kubeProxyReplacement: true,
  };

  it('are passed one by one, lists in braces', () => {
    expect(setArguments(values)).toEqual([
      ...['--set', 'routingMode=native'],
      ...['--set', 'ipam.operator.clusterPoolIPv4PodCIDRList={192.168.16.0/20}'],
      ...['--set', 'devices={eth1,eth2}'],
      ...['--set', 'kubeProxyReplacement=true'],
    ]);
  });

  it('are proved by the configuration they leave', () => {
    const config = {
      'routing-mode': 'native',
      'cluster-pool-ipv4-cidr': '192.168.16.0/20',
      devices: 'eth1 eth2',
      'kube-proxy-replacement': 'true',
    };
    expect(configDifference(values, config)).toBeUndefined();
    expect(configDifference(values, { ...config, devices: 'eth0' })).toBe('devices is eth0, not eth1 eth2');
    expect(configDifference({ 'bgpControlPlane.enabled': true }, config)).toBe(
      'enable-bgp-control-plane is not set, not true',
    );
  });

  it('are told of when nothing would prove them, as a mistyped one is', () => {
    expect(unknownValues({ 'bgpControlPlan.enabled': true, k8sServiceHost: '192.168.49.2' })).toEqual([
      'bgpControlPlan.enabled',
    ]);
  });
});

describe('a pod of Cilium', () => {
  const pod = { name: 'cilium-x', node: 'cluster1', ready: true, madeAt: 2000, startedAt: 3000 };
  it('is outdated when it was made before the last change, also when it started after it', () => {
    expect(isOutdated({ ...pod, madeAt: 1000 }, 2000)).toBe(true);
    expect(isOutdated({ ...pod, madeAt: 1000, startedAt: undefined }, 2000)).toBe(true);
  });

  it('is not when it was made in the second of the change or later, and did not start in it', () => {
    expect(isOutdated(pod, 2000)).toBe(false);
    expect(isOutdated({ ...pod, startedAt: undefined }, 2000)).toBe(false);
    expect(isOutdated({ ...pod, startedAt: 2000 }, 2000)).toBe(true);
  });
});

describe('what the command gives by itself when it installs', () => {
  const release = {
    'operator.replicas': 1,
    'cluster.name': 'cluster1',
    routingMode: 'native',
    devices: ['eth1'],
    'image.tag': 'v1',
  };
  it('is kept by an upgrade that resets values, and nothing else is', () => {
    expect(keptValues({ routingMode: 'native' }, release)).toEqual({
      'operator.replicas': '1',
      'cluster.name': 'cluster1',
    });
  });
  it('gives way to what is asked for', () => {
    expect(keptValues({ 'operator.replicas': 2 }, release)).toEqual({ 'cluster.name': 'cluster1' });
  });
});
