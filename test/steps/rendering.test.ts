import { describe, expect, it } from 'vitest';
import { cilium, echo, routers, topology } from '../../scripts/schemas/renders.ts';
import { fabric } from '../../src/fabric/fabric.ts';
import { ciliumResources } from '../../steps/cilium/resources.ts';
import { containerlabTopology } from '../../steps/containerlab/topology.ts';
import { srlinuxConfig, srlinuxRendering } from '../../steps/srlinux/config.ts';

const config = async (name: string, release = '23.7.1', inputs = {}): Promise<string> =>
  (await routers(inputs, release)).find((file) => file.name === `${name}.cfg`)?.text ?? '';

describe('the configuration of a router', () => {
  it('lets a spine reflect, and gives each port the AS that is behind it', async () => {
    const spine = await config('spine1');
    expect(spine).toContain('group overlay route-reflector cluster-id 10.1.0.1');
    for (const leaf of [1, 2, 3, 4])
      expect(spine).toContain(`dynamic-neighbors interface ethernet-1/${leaf}.0 allowed-peer-as [ 6500${leaf} ]`);
    expect(spine).not.toContain('mac-vrf');
  });

  it('gives a leaf without a node no subnet of nodes, and no BGP to any', async () => {
    const leaf = await config('leaf4');
    expect(leaf).toContain('network-instance subnetB type mac-vrf');
    expect(leaf).not.toContain('subnetA');
    expect(leaf).not.toContain('group metal');
  });

  it('lets routes of own nodes win over the same ones from other leaves', async () => {
    expect(await config('leaf1')).toContain('network-instance ip-vrf-1 protocols bgp preference ibgp 169');
  });

  it('spreads over several nodes on one leaf, where there are several', async () => {
    const path = 'network-instance ip-vrf-1 protocols bgp afi-safi ipv4-unicast multipath';
    expect(await config('leaf1')).not.toContain(path);
    expect(await config('leaf1', '25.3.1', { leaves: 2, nodes: 4 })).toContain(`${path} ibgp maximum-paths 64`);
  });

  it('is refused when the chassis has no such port', () => {
    const made = fabric({ spines: 9 });
    const step = { router: 'leaf1', release: '23.7.1', to: 'leaf1.cfg' };
    expect(() => srlinuxRendering(step, made)).toThrow(
      'leaf1 would need ethernet-1/57, and an ixr-d2l ends at ethernet-1/56',
    );
    expect(() => srlinuxRendering({ ...step, router: 'leaf9' }, fabric())).toThrow('the model has no router leaf9');
  });
});

describe('the topology', () => {
  it('names chassis with a dash and gives links an MTU from 0.70 on', async () => {
    const [old, modern] = await Promise.all([topology({}, '0.48.6'), topology({}, '0.79.0')]);
    expect(old.text).toContain('type: ixrd2l');
    expect(old.text).not.toContain('mtu:');
    expect(modern.text).toContain('type: ixr-d3l');
    expect(modern.text).toContain('mtu: 9232');
  });

  it('has a management network of its own when one is asked for', async () => {
    expect((await topology({}, '0.79.0')).text).not.toContain('mgmt:');
    const { text } = await topology({}, '0.79.0', '172.30.30.0/24');
    expect(text).toContain('mgmt:\n  network: srlk8s-mgmt\n  ipv4-subnet: 172.30.30.0/24\n');
  });

  it('leaves the cluster’s nodes to minikube', async () => {
    const { text } = await topology({}, '0.79.0');
    // It does nothing for a configuration in the syntax of the command line.
    expect(text).not.toContain('enforce-startup-config');
    expect(text.match(/kind: ext-container/g)).toHaveLength(3);
    expect(text.match(/endpoints:/g)).toHaveLength(15);
  });
});

describe('resources of the cluster', () => {
  it('dial the gateway with a mask in the old kind and without one in the new', async () => {
    const [old] = await cilium({}, '1.14.3');
    const [modern] = await cilium({}, '1.18.14');
    expect(old?.text).toContain('peerAddress: 192.168.1.1/32');
    expect(modern?.text).toMatch(/peerAddress: 192\.168\.1\.1$/m);
  });

  it('let the load balancer choose the service’s address unless one is asked for', async () => {
    expect((await echo({})).text).not.toContain('loadBalancerIP');
    expect((await echo({}, '192.168.33.7')).text).toContain('loadBalancerIP: 192.168.33.7');
  });
});

describe('step types that render', () => {
  it('show the files they write, and need the model', () => {
    const model = fabric();
    const router = { router: 'spine2', release: '25.3.1', to: 'configs/spine2.cfg' };
    expect(srlinuxConfig.renders?.(router, model).map(({ to }) => to)).toEqual(['configs/spine2.cfg']);
    const lab = {
      release: '0.79.0',
      routerImage: 'a',
      clientImage: 'b',
      network: '',
      configs: 'configs',
      to: 'lab.clab.yml',
    };
    expect(containerlabTopology.renders?.(lab, model)).toHaveLength(1);
    const resources = { version: '1.18.14', label: 'a=b', bgp: 'bgp.yaml', pool: 'pool.yaml' };
    expect(ciliumResources.renders?.(resources, model).map(({ to }) => to)).toEqual(['bgp.yaml', 'pool.yaml']);
    expect(() => srlinuxConfig.renders?.(router, undefined)).toThrow('model: fabric');
  });
});
