// What any Kubernetes cluster is asked and given: manifests, services, conditions, and kube-proxy's remains.
import type { ProbeType, StepType } from '../../src/engine/step-type.ts';
import { kubernetesApply } from './apply.ts';
import { kubernetesGone } from './gone.ts';
import { kubeProxyRules, kubeProxyRulesProbe } from './kube-proxy.ts';
import { kubernetesProbe } from './probe.ts';
import { kubernetesService } from './service.ts';

export const steps = [
  kubernetesApply,
  kubernetesGone,
  kubernetesService,
  kubeProxyRules,
] as readonly unknown[] as readonly StepType[];
export const probes = [kubernetesProbe, kubeProxyRulesProbe] as readonly unknown[] as readonly ProbeType[];
