// The rules of a node of the stand-in world as iptables-save prints them: kube-proxy's while there are some, and the kubelet's always.
// Where they are from: sources.mjs.
const proxy = [
  ':KUBE-SERVICES - [0:0]',
  ':KUBE-SVC-TCOU7JCQXEZGVUNU - [0:0]',
  ':KUBE-MARK-MASQ - [0:0]',
  '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
  '-A KUBE-SERVICES -d 10.96.0.10/32 -p udp -m comment --comment "kube-system/kube-dns:dns cluster IP" -j KUBE-SVC-TCOU7JCQXEZGVUNU',
];

export const save = ({ rules }) =>
  [
    '*nat',
    ':PREROUTING ACCEPT [0:0]',
    ':DOCKER - [0:0]',
    ':KUBE-KUBELET-CANARY - [0:0]',
    ...(rules.proxy ? proxy : []),
    '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
    'COMMIT',
    '*filter',
    ':KUBE-FIREWALL - [0:0]',
    '-A INPUT -j KUBE-FIREWALL',
    'COMMIT',
    '',
  ].join('\n');

/** What is restored takes the place of what was there; the kubelet puts its own back by itself. */
export const restore = (container, text) => {
  if (!text.includes('COMMIT')) return { code: 2, err: 'iptables-restore: COMMIT expected at line 1' };
  if (!text.includes('-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER')) container.lostDocker = true;
  container.rules.proxy = /KUBE-(SERVICES|SVC)/.test(text);
  return {};
};
