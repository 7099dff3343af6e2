// Whether the kernel has what a network of namespaces is made of: tried out in a scratch namespace that ends with its process.
import type { Host } from '../engine/ports.ts';
import type { Requirement } from './requirements.ts';

type Feature = 'netns' | 'veth' | 'bridge' | 'vxlan' | 'ipv6';

const trial: Record<Feature, string> = {
  netns: 'true',
  veth: 'ip link add lab-a type veth peer name lab-b',
  bridge: 'ip link add lab-br type bridge',
  vxlan: 'ip link add lab-vx type vxlan id 1 local 127.0.0.1 dstport 4789',
  ipv6: 'test -d /proc/sys/net/ipv6',
};

const remedies: Record<Feature, string> = {
  netns: 'use a kernel with network namespaces (CONFIG_NET_NS), and run as root or allow user namespaces',
  veth: 'load the module (modprobe veth), or use a kernel with CONFIG_VETH',
  bridge: 'load the module (modprobe bridge), or use a kernel with CONFIG_BRIDGE',
  vxlan: 'load the module (modprobe vxlan), or use a kernel with CONFIG_VXLAN',
  ipv6: 'start the kernel without ipv6.disable=1',
};

/** One requirement a feature. The script ends with one line a feature: its name and 0 or 1. */
export const kernelFeatures = async (features: readonly Feature[], host: Host): Promise<readonly Requirement[]> => {
  const tries = features.map(
    (feature) => `if ${trial[feature]} 2>/dev/null; then echo ${feature} 1; else echo ${feature} 0; fi`,
  );
  const script = ['command -v ip >/dev/null || { echo no-ip; exit 0; }', ...tries].join('\n');
  const user = host.uid === 0 ? [] : ['--user', '--map-root-user'];
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
  const argv = ['unshare', ...user, '--net', 'sh', '-c', script];
  const { stdout, stderr, exitCode } = await host.command({ argv, env: { PATH: path }, cwd: '/', timeoutMs: 10_000 });
  return features.map((feature) => {
    const what = `kernel: ${feature}`;
    // Without ip nothing can be tried; the tools are asked for beside this, and the steps meet the kernel themselves.
    if (stdout.includes('no-ip')) return { what, state: 'met', saw: 'not tried: ip is not installed yet' };
    if (stdout.includes(`${feature} 1`)) return { what, state: 'met', saw: 'works' };
    const saw = exitCode === 0 ? 'the kernel refuses it' : stderr.trim() || 'no network namespace could be made';
    return { what, state: 'missing', saw, remedy: remedies[feature] };
  });
};
