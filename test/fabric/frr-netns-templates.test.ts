import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { Liquid } from 'liquidjs';
import { describe, expect, it } from 'vitest';
import { type Fabric, fabric } from '../../src/fabric/fabric.ts';

const root = fileURLToPath(new URL('../../assets/frr-netns', import.meta.url));
const engine = new Liquid({ root, strictVariables: true, strictFilters: true, cache: true });
const render = (template: string, values: object): string => engine.renderFileSync(`${template}.liquid`, values);
const lines = (text: string): string[] => text.trimEnd().split('\n');

/** Every file the embedded variant needs, by `<namespace>/<file>`. */
function filesOf(made: Fabric): Map<string, string> {
  const files = new Map<string, string>();
  const add = (role: string, device: { name: string }, ...kinds: string[]) => {
    for (const kind of kinds) {
      files.set(`${device.name}/${kind}`, render(`${role}.${kind}`, { fabric: made, device, pods: made.pods }));
    }
  };
  files.set('namespaces.batch', render('namespaces.batch', { namespaces: made.namespaces }));
  files.set('links.batch', render('links.batch', { links: [...made.links, ...made.hostLinks] }));
  for (const namespace of made.namespaces)
    files.set(`${namespace.name}/sysctl.conf`, render('sysctl.conf', { namespace }));
  for (const spine of made.spines) add('spine', spine, 'batch', 'zebra.conf', 'bgpd.conf');
  for (const leaf of made.leaves) {
    add('leaf', leaf, 'batch', 'zebra.conf', 'bgpd.conf');
    files.set(`${leaf.tenantNamespace}/batch`, render('leaf-tenant.batch', { fabric: made, device: leaf }));
  }
  for (const node of made.nodes) add('node', node, 'batch', 'bgpd.conf', 'nat.rules');
  for (const pod of made.pods) add('pod', pod, 'batch', 'nginx.conf');
  for (const client of made.clients) add('client', client, 'batch');
  add('mgmt', made.mgmt, 'batch');
  return files;
}

const nat = (made: Fabric, node: number, pods = made.pods): string[] =>
  lines(render('node.nat.rules', { fabric: made, device: made.nodes[node], pods }));

describe('the templates of the embedded variant', () => {
  it('render for every size without an unknown variable, an empty line or a stray tag', () => {
    const size = fc.record({
      spines: fc.integer({ min: 1, max: 4 }),
      leaves: fc.integer({ min: 1, max: 12 }),
      nodes: fc.integer({ min: 1, max: 14 }),
      clients: fc.integer({ min: 1, max: 14 }),
      podsPerNode: fc.integer({ min: 1, max: 3 }),
      policy: fc.constantFrom('Cluster' as const, 'Local' as const),
    });
    fc.assert(
      fc.property(size, (inputs) => {
        for (const [name, text] of filesOf(fabric(inputs))) {
          expect(
            lines(text).filter((line) => line.trim() === ''),
            name,
          ).toEqual([]);
          expect(text, name).not.toMatch(/undefined|\[object|\{%|\{\{/);
          expect(text.endsWith('\n'), name).toBe(true);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('put both ends of a link straight into their namespaces', () => {
    const { links } = fabric();
    expect(lines(render('links.batch', { links: [links[0], links[8]] }))).toEqual([
      'link add e1-1 index 1001 netns spine1 mtu 9232 type veth peer name e1-49 mtu 9232 netns leaf1',
      'link add e1-1 index 1001 netns leaf1-vrf mtu 1500 type veth peer name eth1 mtu 1500 netns cluster1',
    ]);
  });

  it('have a bridge up before its ports, so that its carrier is told at once', () => {
    const made = fabric();
    const batches = [
      render('leaf-tenant.batch', { fabric: made, device: made.leaves[0] }),
      render('node.batch', { fabric: made, device: made.nodes[0] }),
      render('mgmt.batch', { fabric: made, device: made.mgmt }),
    ];
    const ports = batches.flatMap((text) =>
      [...text.matchAll(/^link set \S+ master (\S+)$/gm)].map((port) => ({ text, port })),
    );
    expect(ports.length).toBeGreaterThan(6);
    for (const { text, port } of ports)
      expect(text.slice(0, port.index)).toMatch(new RegExp(`^link set ${port[1]} (mtu \\d+ )?up$`, 'm'));
  });

  it('give every interface that others remember a MAC that is the same when it is made anew', () => {
    const made = fabric();
    const [node, client, pod] = [made.nodes[1], made.clients[0], made.pods[0]];
    expect(lines(render('node.batch', { fabric: made, device: node }))).toEqual(
      expect.arrayContaining([
        'link set eth0 address 02:00:c0:a8:31:03',
        'link set eth1 address 02:00:c0:a8:01:0c',
        expect.stringMatching(/^link add cni0 address 02:00:c0:a8:11:01 /),
      ]),
    );
    expect(render('client.batch', { device: client })).toContain('link set eth1 address 02:00:c0:a8:02:0b\n');
    expect(render('pod.batch', { device: pod })).toContain('link set eth0 address 02:00:c0:a8:10:65\n');
    expect(render('mgmt.batch', { device: made.mgmt })).toContain('link add mgmt0 address 02:00:c0:a8:31:01 ');
  });

  it('switch duplicate address detection off for all interfaces and for each', () => {
    const made = fabric();
    const namespace = made.namespaces.find((one) => one.name === 'leaf1');
    expect(lines(render('sysctl.conf', { namespace }))).toEqual(
      expect.arrayContaining([
        'net.ipv6.conf.all.accept_dad = 0',
        'net.ipv6.conf.e1-49.accept_dad = 0',
        'net.ipv6.conf.e1-50.accept_dad = 0',
      ]),
    );
  });

  it('give a leaf the subnets it has hosts in, and no others', () => {
    const made = fabric();
    const vnis = (leaf: number) =>
      lines(render('leaf.bgpd.conf', { fabric: made, device: made.leaves[leaf] })).filter((line) =>
        /^ {2}vni /.test(line),
      );
    expect(vnis(0)).toEqual(['  vni 1', '  vni 2']);
    expect(vnis(3)).toEqual(['  vni 2']);
  });

  it('keep the service route from oscillating and the router MACs from getting lost', () => {
    const made = fabric({ spines: 3 });
    const text = render('leaf.bgpd.conf', { fabric: made, device: made.leaves[1] });
    expect(text).toContain('\n  neighbor metal weight 100\n');
    expect(text).toContain('\n  network 10.255.3.2/32 route-map PIN3\n');
    expect(text).toContain('\n  neighbor 10.1.0.2 route-map FROM-PIN2 in\n');
    expect(text).toContain(
      'route-map FROM-PIN2 deny 1\n match community PIN1\nexit\nroute-map FROM-PIN2 deny 3\n match community PIN3\nexit\nroute-map FROM-PIN2 permit 1000\nexit\n',
    );
  });

  it('share requests evenly between all pods and hide the client from those of other nodes', () => {
    const rules = nat(fabric(), 1);
    expect(rules.filter((rule) => rule.includes('LAB-SVC ') && rule.includes('-j LAB-SEP'))).toEqual([
      '-A LAB-SVC -m statistic --mode random --probability 0.3333333333 -j LAB-SEP-1',
      '-A LAB-SVC -m statistic --mode random --probability 0.5 -j LAB-SEP-2',
      '-A LAB-SVC -j LAB-SEP-3',
    ]);
    expect(rules.filter((rule) => rule.includes('MARK --set'))).toHaveLength(2);
    expect(rules).not.toContain('-A LAB-SEP-2 -j MARK --set-xmark 0x4000/0x4000');
    expect(rules).toContain('-A POSTROUTING -m mark --mark 0x4000/0x4000 -j SNAT --to-source 192.168.1.12');
  });

  it('keep requests on the node under the Local policy', () => {
    const rules = nat(fabric({ policy: 'Local' }), 1);
    expect(rules.filter((rule) => rule.includes('DNAT'))).toEqual([
      '-A LAB-SEP-1 -p tcp -m tcp -j DNAT --to-destination 192.168.17.101:80',
    ]);
    expect(rules.some((rule) => rule.includes('MARK --set'))).toBe(false);
  });

  it('leave out pods that are not ready', () => {
    const made = fabric();
    const rules = nat(made, 0, made.pods.slice(1));
    expect(rules.join('\n')).not.toContain('192.168.16.101');
    expect(rules.filter((rule) => rule.includes('DNAT'))).toHaveLength(2);
  });

  it('answer as the original echo service does', () => {
    const made = fabric();
    expect(render('pod.nginx.conf', { device: made.pods[2] })).toContain(
      "return 200 'Server address: $server_addr:$server_port\\nServer name: pod3-1\\nDate: $time_local\\nURI: $request_uri\\nRequest ID: $request_id\\n';",
    );
  });
});
