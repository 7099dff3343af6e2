// Cilium in a cluster: its installation, configuration, BGP resources and agents.
import type { ProbeType, StepType } from '../../src/engine/step-type.ts';
import { ciliumAgent, ciliumAgentProbe } from './agent.ts';
import { ciliumConfig, ciliumFresh } from './config.ts';
import { ciliumFits } from './fits.ts';
import { ciliumInstall } from './install.ts';
import { ciliumBgp, ciliumStatus } from './probes.ts';
import { ciliumResources } from './resources.ts';

export const steps = [
  ciliumResources,
  ciliumInstall,
  ciliumConfig,
  ciliumFresh,
  ciliumAgent,
] as readonly unknown[] as readonly StepType[];
export const probes = [
  ciliumAgentProbe,
  ciliumFits,
  ciliumStatus,
  ciliumBgp,
] as readonly unknown[] as readonly ProbeType[];
