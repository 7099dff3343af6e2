// Routers with Nokia SR Linux: their start-up configuration, and what they say of BGP and routes.
import type { ProbeType, StepType } from '../../src/engine/step-type.ts';
import { srlinuxConfig } from './config.ts';
import { srlinuxBgp, srlinuxRoute, srlinuxRoutes, srlinuxState } from './probes.ts';

export const steps = [srlinuxConfig] as readonly unknown[] as readonly StepType[];
export const probes = [
  srlinuxBgp,
  srlinuxRoute,
  srlinuxRoutes,
  srlinuxState,
] as readonly unknown[] as readonly ProbeType[];
