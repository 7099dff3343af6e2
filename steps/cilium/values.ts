// Values of Cilium's chart: how they are passed, and what they must have done to its configuration, since a mistyped one is taken without a word. Pure.

export type Values = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Arguments that set the values; lists are written with braces, since a comma starts the next value. */
export const setArguments = (values: Values): readonly string[] =>
  Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${written(value)}`]);

const written = (value: Values[string]): string => (typeof value === 'object' ? `{${value.join(',')}}` : String(value));

/** Keys of the ConfigMap cilium-config that values end in. Values that end elsewhere have none. */
const keys: Readonly<Record<string, string>> = {
  routingMode: 'routing-mode',
  ipv4NativeRoutingCIDR: 'ipv4-native-routing-cidr',
  kubeProxyReplacement: 'kube-proxy-replacement',
  autoDirectNodeRoutes: 'auto-direct-node-routes',
  devices: 'devices',
  'ipam.mode': 'ipam',
  'ipam.operator.clusterPoolIPv4PodCIDRList': 'cluster-pool-ipv4-cidr',
  'ipam.operator.clusterPoolIPv4MaskSize': 'cluster-pool-ipv4-mask-size',
  'nodePort.directRoutingDevice': 'direct-routing-device',
  'bgpControlPlane.enabled': 'enable-bgp-control-plane',
  'loadBalancer.mode': 'bpf-lb-mode',
  'loadBalancer.algorithm': 'bpf-lb-algorithm',
};

/** Values whose effect is seen elsewhere than in the ConfigMap. */
const elsewhere = new Set(['tunnel', 'k8sServiceHost', 'k8sServicePort', 'operator.replicas', 'cluster.name']);

/** Values of which nothing tells whether they did anything; a typing error is among them. */
export const unknownValues = (values: Values): readonly string[] =>
  Object.keys(values).filter((name) => !(name in keys) && !elsewhere.has(name));

/** What the command line gives by itself where nobody else does (install/helm.go and autodetect.go of cilium-cli). */
const ownValues =
  /^(?:cluster\.(?:id|name)|operator\.replicas|routingMode|tunnel|tunnelProtocol|ipam\.mode|kubeProxyReplacement|k8sService(?:Host|Port)|nodeinit\..*|serviceAccounts\..*|encryption\..*|l7Proxy|.*\.?image\..*|.*affinity.*)$/;

/** The values that the command line gives when it installs and not when it upgrades, as a release has them; what is asked for goes before. */
export const keptValues = (values: Values, release: Readonly<Record<string, unknown>>): Values =>
  Object.fromEntries(
    Object.entries(release).flatMap(([name, value]) =>
      /^(?:cluster\.(?:id|name)|operator\.replicas)$/.test(name) && !(name in values) ? [[name, String(value)]] : [],
    ),
  );

/** The first value a release was made with that nobody asks for any more; undefined when there is none. */
export const staleValue = (values: Values, release: Readonly<Record<string, unknown>>): string | undefined =>
  Object.keys(release).find((name) => !(name in values) && !ownValues.test(name));

/** In what a configuration is not what the values ask for; undefined when in nothing. */
export const configDifference = (values: Values, config: Readonly<Record<string, string>>): string | undefined => {
  for (const [name, value] of Object.entries(values)) {
    const key = keys[name];
    if (key === undefined) continue;
    const want = typeof value === 'object' ? value.join(' ') : String(value);
    if (config[key] !== want) return `${key} is ${config[key] ?? 'not set'}, not ${want}`;
  }
  return undefined;
};
