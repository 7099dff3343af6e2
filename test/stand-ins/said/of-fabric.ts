// What lab says of the fabric, and of traffic.

import type { Host } from '../../../src/engine/ports.ts';
import { fabric } from '../../../src/fabric/fabric.ts';
import { containerlabDeploy } from '../../../steps/containerlab/deploy.ts';
import { containerlabReady } from '../../../steps/containerlab/ready.ts';
import { dockerAddress } from '../../../steps/docker/address.ts';
import { dockerContainers } from '../../../steps/docker/containers.ts';
import { verdictOf } from '../../../steps/docker/packet-trace.ts';
import { srlinuxRendering } from '../../../steps/srlinux/config.ts';
import { srlinuxBgp, srlinuxRoute } from '../../../steps/srlinux/probes.ts';
import { commandProbe } from '../../../steps/system/command.ts';
import { container, json, message, model, onHost, refusal, type Said, type Script, saw } from './saying.ts';

const lab = containerlabDeploy.input.parse({
  lab: 'srlk8s',
  topology: '/lab/srlk8s.clab.yml',
  nodes: [...model.spines, ...model.leaves, ...model.clients].map(({ name }) => name),
  external: model.nodes.map(({ name }) => name),
  links: model.links,
});
/** What docker says of the lab's containers, of which those in `exited` do not run. */
const containers = (...exited: string[]): Script => [
  ['docker ps', { stdout: lab.nodes.join('\n') }],
  ['docker inspect', json(lab.nodes.map((name) => container(name, !exited.includes(name))))],
];
const address = dockerAddress.input.parse({
  container: 'cluster1-m02',
  interface: 'eth1',
  address: '192.168.1.12/24',
  routes: [{ to: '192.168.0.0/16', via: '192.168.1.1' }],
  sysctl: { 'net.ipv4.conf.eth1.rp_filter': 2 },
});
const up = '12: eth1@if11: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500';
const neighbor = (address: string, as: number, state: string) => ({
  'peer-address': address,
  'peer-as': as,
  'session-state': state,
});

const addressSays = (script: Script): Promise<string> => saw(dockerAddress.check?.(address, onHost(script)));
const bgp = (router: string, instance: string, neighbors: readonly object[]): Promise<string> => {
  const of = [...model.spines, ...model.leaves].find(({ name }) => name === router);
  const sessions = (of?.sessions ?? []).filter(({ vrf }) => vrf === instance);
  const query = srlinuxBgp.input.parse({ router, instance, sessions });
  return saw(srlinuxBgp.look(query, onHost([['sr_cli', json({ neighbor: neighbors })]])));
};

const ready = (answer: string, { groups = '', release = '0.70.0' } = {}): Promise<string> => {
  const setuid: Partial<Host> = {
    uid: 1000,
    stat: async () => ({ kind: 'file', mode: 0o4755, size: 1, mtimeMs: 0 }) as never,
  };
  const script: Script = [
    ['containerlab version', { stdout: `    version: ${answer}` }],
    ['id -nG', { stdout: groups }],
  ];
  return saw(containerlabReady.look({ release }, onHost(script, setuid)));
};

export const ofFabric: Said = {
  'this user is not in group clab_admins, and containerlab lets in no other': () =>
    ready('0.79.0', { groups: 'me docker' }),
  'the topology is written for containerlab 0.79.0, and this is 0.70.0': () => ready('0.70.0', { release: '0.79.0' }),
  "containerlab can't be asked: sudo: a password is required": () =>
    saw(
      containerlabReady.look(
        { release: '0.70.0' },
        onHost([['sudo -n containerlab', { exitCode: 1, stderr: 'sudo: a password is required' }]], { uid: 1000 }),
      ),
    ),
  'BGP leaf1 ip-vrf-1: 0 of 1 Established; cluster1 (tenant) active': async () =>
    `BGP leaf1 ip-vrf-1: ${await bgp('leaf1', 'ip-vrf-1', [neighbor('192.168.1.11', 65535, 'active')])}`,
  'nodes of the cluster: 2 of 3 running; cluster1-m03: container is exited': async () => {
    const names = model.nodes.map(({ name }) => name);
    const there = json(names.map((name) => container(name, name !== 'cluster1-m03')));
    return `nodes of the cluster: ${await saw(dockerContainers.look({ names }, onHost([['docker inspect', there]])))}`;
  },
  '14 of 15 cables; leaf2:e1-1--cluster1-m02:eth1 is cut': () =>
    saw(
      containerlabDeploy.check?.(
        lab,
        onHost([
          ...containers(),
          ['exec cluster1-m02', { stdout: 'lo eth0' }],
          ['exec', { stdout: [...new Set(model.links.flatMap(({ a, b }) => [a.interface, b.interface]))].join('\n') }],
        ]),
      ),
    ),
  'Device "eth1" does not exist.': () =>
    addressSays([['address show', { exitCode: 1, stderr: 'Device "eth1" does not exist.' }]]),
  'eth1 has no address, not 192.168.1.12/24': () => addressSays([['address show', { stdout: up }]]),
  'no route to 192.168.0.0/16 via 192.168.1.1': () =>
    addressSays([['address show', { stdout: `${up}\n    inet 192.168.1.12/24 scope global eth1` }]]),
  'net.ipv4.conf.eth1.rp_filter is 1, not 2': () =>
    addressSays([
      ['address show', { stdout: `${up}\n    inet 192.168.1.12/24 scope global eth1` }],
      ['route show', { stdout: '192.168.0.0/16 via 192.168.1.1 dev eth1 ' }],
      ['rp_filter', { stdout: '1\n' }],
    ]),
  'leaf1: container is exited': () => saw(containerlabDeploy.check?.(lab, onHost(containers('leaf1')))),
  'leaf5 is there, and the topology has no such node': () => {
    const names = [...lab.nodes, 'leaf5'];
    const interfaces = [...new Set(model.links.flatMap(({ a, b }) => [a.interface, b.interface]))].join('\n');
    return saw(
      containerlabDeploy.check?.(
        lab,
        onHost([
          ['docker ps', { stdout: names.join('\n') }],
          ['docker inspect', json(names.map((name) => container(name, true)))],
          ['exec', { stdout: interfaces }],
        ]),
      ),
    );
  },
  'containerlab ended well, but logged: …': () => {
    const stderr =
      'time="2026-12-01T02:00:00Z" level=error msg="failed to run postdeploy task for node leaf1: timed out waiting for SR Linux node leaf1 to boot: context deadline exceeded"\n';
    return refusal(() =>
      containerlabDeploy.run(
        { ...lab, external: [] },
        onHost([['containerlab deploy', { stderr }]], { writeFile: async () => undefined }),
      ),
    );
  },
  'its last deploy did not end well: it was cut off': () =>
    saw(containerlabDeploy.check?.(lab, onHost(containers(), { readFile: async () => 'it was cut off' }))),
  'leaf1 would need ethernet-1/57, and an ixr-d2l ends at ethernet-1/56; …': () =>
    refusal(() => srlinuxRendering({ router: 'leaf1', release: '23.7.1', to: 'x' }, fabric({ spines: 9 }))),
  'BGP spine1: 6 of 8 Established; leaf3 (underlay) active, …': async () => {
    const state = (leaf: number): string => (leaf === 3 ? 'active' : 'established');
    const ends = [1, 2, 3, 4].flatMap((leaf) => [
      neighbor(`fe80::${leaf}%ethernet-1/${leaf}.0`, 65000 + leaf, state(leaf)),
      neighbor(`10.0.1.${leaf}`, 64321, state(leaf)),
    ]);
    return `BGP spine1: ${await bgp('spine1', 'default', ends)}`;
  },
  'HTTP from client1: exit 28: 000 — the client gets no answer; ping works and this does not: look for checksum offload …':
    async () => {
      const looked = await saw(
        commandProbe.look({ run: ['curl'] }, onHost([['curl', { exitCode: 28, stdout: '000' }]])),
      );
      return `HTTP from client1: ${looked} — ${message('the client gets no answer')}`;
    },
  '79 packets of the service left the fabric (cluster1 eth0 (docker) 25, …), such as 192.168.16.101 > 192.168.49.3':
    async () => {
      const at = (name: string, packets: number, flows: string[] = []) => ({
        name,
        role: 'outside' as const,
        packets,
        flows,
      });
      const counts = [
        at('cluster1 eth0 (docker)', 25, ['192.168.16.101 > 192.168.49.3 (25)']),
        at('cluster1-m02 eth0 (docker)', 54),
      ];
      return verdictOf(counts, { answered: 30, asked: 30, remedy: '' });
    },
  'leaf2 …/32: bgp-evpn over 2 next hops': async () => {
    const table = {
      route: [{ 'ipv4-prefix': '192.168.33.0/32', 'route-type': 'bgp-evpn', active: true, 'next-hop-group': '1' }],
      groups: [{ index: '1', 'next-hop': [{ 'next-hop': '2' }, { 'next-hop': '3' }] }],
      hops: [
        { index: '2', 'ip-address': '10.0.1.1' },
        { index: '3', 'ip-address': '10.0.1.3' },
      ],
    };
    const query = { router: 'leaf2', instance: 'ip-vrf-1', prefix: '192.168.33.0/32' };
    return `${srlinuxRoute.describe(query)}: ${await saw(srlinuxRoute.look(query, onHost([['sr_cli', json(table)]])))}`;
  },
};
