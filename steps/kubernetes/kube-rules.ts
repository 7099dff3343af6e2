// Which iptables lines belong to kube-proxy and which to the kubelet: it keeps chains of its own and makes them again within a minute. Pure.
import { isAtLeast } from '../shared/release.ts';

/** Chains the kubelet of a Kubernetes release owns. Before 1.27 it also kept those that kube-proxy uses for masquerading. */
export const kubeletChains = (kubernetes: string): readonly string[] => [
  'KUBE-IPTABLES-HINT',
  'KUBE-KUBELET-CANARY',
  'KUBE-FIREWALL',
  ...(isAtLeast(kubernetes, '1.27') ? [] : ['KUBE-MARK-DROP', 'KUBE-MARK-MASQ', 'KUBE-POSTROUTING']),
];

/** Lines of an `iptables-save` that mention a KUBE chain which is not the kubelet's: none is what is wanted. */
export const proxyLines = (saved: string, kubernetes: string): readonly string[] => {
  const own = new Set(kubeletChains(kubernetes));
  return saved.split('\n').filter((line) => chainsIn(line).some((chain) => !own.has(chain)));
};

/** The same dump without them, as `iptables-restore` takes it. */
export const withoutProxyLines = (saved: string, kubernetes: string): string => {
  const drop = new Set(proxyLines(saved, kubernetes));
  return saved
    .split('\n')
    .filter((line) => !drop.has(line))
    .join('\n');
};

/** Whole names only: KUBE-FW-… is a service's chain of kube-proxy, KUBE-FIREWALL the kubelet's. */
const chainsIn = (line: string): readonly string[] => line.match(/\bKUBE-[A-Z0-9-]*[A-Z0-9]/g) ?? [];
