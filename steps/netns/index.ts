// Networks of Linux network namespaces, inside one capsule: namespaces, cables, hosts, and pods with nginx.
import type { ProbeType, StepType } from '../../src/engine/step-type.ts';
import { capsule, capsuleLeftovers, capsuleProbe } from './capsule.ts';
import { netnsHost, netnsLink, netnsNamespaces } from './namespaces.ts';
import { nginxPod } from './nginx.ts';
import { netnsPath } from './path.ts';
import { netnsTunnel } from './tunnel.ts';

export const steps = [
  capsule,
  netnsNamespaces,
  netnsLink,
  netnsTunnel,
  netnsHost,
  nginxPod,
] as readonly unknown[] as readonly StepType[];
export const probes = [capsuleProbe, capsuleLeftovers, netnsPath] as readonly unknown[] as readonly ProbeType[];
