// The step and probe types of the SR Linux lab, for the registry.
import type { ProbeType, StepType } from '../src/engine/step-type.ts';
import { ciliumInstall } from './cilium.ts';
import { ciliumAgent, ciliumAgentProbe } from './cilium-agent.ts';
import { ciliumConfig, ciliumFresh } from './cilium-config.ts';
import { ciliumFits } from './cilium-fits.ts';
import { ciliumBgp, ciliumStatus } from './cilium-probes.ts';
import { ciliumResources } from './cilium-resources.ts';
import { containerlabDeploy } from './containerlab.ts';
import { containerlabReady } from './containerlab-ready.ts';
import { containerlabTopology } from './containerlab-topology.ts';
import { dockerContainers, dockerImage, dockerRoom } from './docker.ts';
import { dockerAddress } from './docker-address.ts';
import { dockerCapture } from './docker-capture.ts';
import { kubeProxyRules, kubeProxyRulesProbe } from './kube-proxy.ts';
import { kubernetesProbe } from './kubernetes.ts';
import { kubernetesApply } from './kubernetes-apply.ts';
import { kubernetesGone } from './kubernetes-gone.ts';
import { kubernetesService } from './kubernetes-service.ts';
import { metallbBgp } from './metallb.ts';
import { minikubeStart } from './minikube.ts';
import { srlinuxBgp, srlinuxRoute, srlinuxRoutes, srlinuxState } from './srlinux.ts';
import { srlinuxConfig } from './srlinux-config.ts';

export const srlLabSteps = [
  dockerImage,
  dockerAddress,
  dockerCapture,
  minikubeStart,
  containerlabTopology,
  containerlabDeploy,
  srlinuxConfig,
  kubernetesApply,
  kubernetesGone,
  kubernetesService,
  kubeProxyRules,
  ciliumResources,
  ciliumInstall,
  ciliumConfig,
  ciliumFresh,
  ciliumAgent,
] as readonly unknown[] as readonly StepType[];

export const srlLabProbes = [
  dockerContainers,
  dockerRoom,
  containerlabReady,
  kubernetesProbe,
  kubeProxyRulesProbe,
  ciliumAgentProbe,
  ciliumFits,
  ciliumStatus,
  ciliumBgp,
  srlinuxBgp,
  srlinuxRoute,
  srlinuxRoutes,
  srlinuxState,
  metallbBgp,
] as readonly unknown[] as readonly ProbeType[];
