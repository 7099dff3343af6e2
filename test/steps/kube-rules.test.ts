import { describe, expect, it } from 'vitest';
import { proxyLines, withoutProxyLines } from '../../steps/kubernetes/kube-rules.ts';

const saved = `*nat
:PREROUTING ACCEPT [0:0]
:DOCKER - [0:0]
:KUBE-KUBELET-CANARY - [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-TCOU7JCQXEZGVUNU - [0:0]
:KUBE-FW-ABCDEFGHIJKLMNOP - [0:0]
:KUBE-MARK-MASQ - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A KUBE-SERVICES -d 10.96.0.10/32 -p udp -m comment --comment "kube-system/kube-dns:dns cluster IP" -j KUBE-SVC-TCOU7JCQXEZGVUNU
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
COMMIT
*filter
:INPUT ACCEPT [0:0]
:KUBE-FIREWALL - [0:0]
:KUBE-PROXY-FIREWALL - [0:0]
-A INPUT -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
-A INPUT -j KUBE-FIREWALL
-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -j DROP
COMMIT
*mangle
:KUBE-IPTABLES-HINT - [0:0]
COMMIT
`;

describe('rules of kube-proxy', () => {
  it('are told from those the kubelet keeps making', () => {
    const lines = proxyLines(saved, 'v1.28.3');
    expect(lines).toHaveLength(9);
    expect(lines.filter((line) => /KUBE-(FIREWALL|KUBELET-CANARY|IPTABLES-HINT)\b/.test(line))).toEqual([]);
    expect(lines).toContain(':KUBE-FW-ABCDEFGHIJKLMNOP - [0:0]');
    expect(lines).toContain(':KUBE-PROXY-FIREWALL - [0:0]');
  });

  it('do not include the chains for masquerading before 1.27, which were the kubelet’s then', () => {
    const mark = (version: string) => proxyLines(saved, version).filter((line) => line.includes('KUBE-MARK-MASQ'));
    expect(mark('v1.26.9')).toEqual([]);
    expect(mark('v1.27.0')).toHaveLength(2);
  });

  it('go, and everything else stays where it was', () => {
    const left = withoutProxyLines(saved, '1.33.1');
    expect(proxyLines(left, '1.33.1')).toEqual([]);
    expect(left).toContain(':KUBE-FIREWALL - [0:0]');
    expect(left).toContain('-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER');
    expect(left.match(/^(\*|COMMIT)/gm)).toHaveLength(6);
    expect(withoutProxyLines(left, '1.33.1')).toBe(left);
  });
});
