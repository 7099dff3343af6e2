// What a Cilium release serves and accepts: kinds, fields, values, and which command lines and clusters go with it.
import { isAtLeast, minorOf, releaseIn } from '../shared/release.ts';

export interface CiliumApi {
  /** Template of the BGP resources under assets/cilium. */
  readonly resources: 'bgp-peering-policy' | 'bgp-cluster-config';
  /** API version of the BGP kinds, and of the address pool. */
  readonly bgp: string;
  readonly pool: string;
  readonly poolField: 'cidrs' | 'blocks';
  /** What must be Established before the resources can be created. */
  readonly crds: { readonly bgp: readonly string[]; readonly pool: readonly string[] };
  /** The command inside the agent's container. */
  readonly agentCommand: 'cilium' | 'cilium-dbg';
}

const crd = (plural: string): string => `${plural}.cilium.io`;

export const ciliumApi = (version: string): CiliumApi => {
  const clusterConfig = isAtLeast(version, '1.16');
  const api = isAtLeast(version, '1.18') ? 'cilium.io/v2' : 'cilium.io/v2alpha1';
  const kinds = clusterConfig
    ? ['ciliumbgpclusterconfigs', 'ciliumbgppeerconfigs', 'ciliumbgpadvertisements']
    : ['ciliumbgppeeringpolicies'];
  return {
    resources: clusterConfig ? 'bgp-cluster-config' : 'bgp-peering-policy',
    bgp: api,
    pool: api,
    poolField: isAtLeast(version, '1.15') ? 'blocks' : 'cidrs',
    crds: { bgp: kinds.map(crd), pool: [crd('ciliumloadbalancerippools')] },
    agentCommand: isAtLeast(version, '1.15') ? 'cilium-dbg' : 'cilium',
  };
};

/** The oldest Cilium that command lines from a version on install, as they decide it themselves (install/helm.go of cilium-cli), the newest first. */
const oldestInstalled = [
  ['0.19.7', '1.16'],
  ['0.18.9', '1.15'],
  ['0.18.4', '1.14'],
  ['0.16.24', '1.12'],
  ['0.15.0', '1.9'],
] as const;

/** The oldest command line a release is installed with: from 0.18.7 on it starts operators anew with the agents. */
const oldestCommandLine = (version: string): string => {
  if (!isAtLeast(version, '1.16')) return '0.15.0';
  return isAtLeast(version, '1.18') ? '0.18.7' : '0.16.0';
};

/** Why a command line does not install a Cilium; undefined when it does. */
const commandLineMisfit = (cilium: string, commandLine: string): string | undefined => {
  const from = oldestCommandLine(cilium);
  if (!isAtLeast(commandLine, from))
    return `Cilium ${cilium} is installed by a cilium command from ${from} on, and this is ${commandLine}`;
  const oldest = oldestInstalled.find(([version]) => isAtLeast(commandLine, version))?.[1];
  if (oldest === undefined || isAtLeast(cilium, oldest)) return undefined;
  return `the cilium command ${commandLine} installs Cilium from ${oldest} on, and ${cilium} is older`;
};

/** Kubernetes releases its authors test it with, where that is known. */
const clusters: Readonly<Record<string, readonly [from: string, to: string]>> = {
  '1.15': ['1.26', '1.29'],
  '1.16': ['1.27', '1.30'],
  '1.18': ['1.30', '1.33'],
};

/** Why this command line, cluster or kernel does not go with this Cilium; nothing when they do. What is not given is not looked at. */
export const misfits = ({
  cilium,
  commandLine,
  kubernetes,
  kernel,
}: {
  cilium: string;
  commandLine?: string | undefined;
  kubernetes?: string | undefined;
  kernel?: string | undefined;
}): readonly string[] => {
  if (!releaseIn(cilium)) return [`"${cilium}" is no version of Cilium`];
  const found: string[] = [];
  const misfit = commandLine === undefined ? undefined : commandLineMisfit(cilium, commandLine);
  if (misfit !== undefined) found.push(misfit);
  if (kernel !== undefined && isAtLeast(cilium, '1.18') && !isAtLeast(kernel, '5.10'))
    found.push(`Cilium ${minorOf(cilium)} needs a kernel from 5.10 on, and this is ${kernel}`);
  const tested = clusters[minorOf(cilium)];
  if (kubernetes !== undefined && tested && !isWithin(kubernetes, tested))
    found.push(`Cilium ${minorOf(cilium)} is tested with Kubernetes ${tested.join(' to ')}, and this is ${kubernetes}`);
  return found;
};

const isWithin = (version: string, [from, to]: readonly [string, string]): boolean =>
  isAtLeast(version, from) && isAtLeast(to, minorOf(version));

/** Values a chart refuses, with what stands for them. */
export const refusedValues = (version: string, values: Readonly<Record<string, unknown>>): readonly string[] => {
  if ('tunnel' in values && isAtLeast(version, '1.15'))
    return [`tunnel left the chart in 1.15; say routingMode=native and leave tunnel out`];
  if (
    ['strict', 'partial', 'probe', 'disabled'].includes(String(values['kubeProxyReplacement'])) &&
    isAtLeast(version, '1.15')
  )
    return ['kubeProxyReplacement is true or false since 1.15'];
  return [];
};
