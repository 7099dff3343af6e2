// Routers and BGP speakers with FRRouting, and what they say of sessions and routes.
import type { ProbeType, StepType } from '../../src/engine/step-type.ts';
import { bgpSessions, loopbackRoutes, routerMacs, routesPresent, tenantRoute } from './probes.ts';
import { frrRouter } from './router.ts';

export const steps = [frrRouter] as readonly unknown[] as readonly StepType[];
export const probes = [
  bgpSessions,
  tenantRoute,
  routerMacs,
  loopbackRoutes,
  routesPresent,
] as readonly unknown[] as readonly ProbeType[];
