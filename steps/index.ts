// The one list of the step types and probe types that come with `lab`.
import type { ProbeType, Registry, StepType } from '../src/engine/step-type.ts';
import { aptPackages } from './apt.ts';
import { capsule, capsuleLeftovers, capsuleProbe } from './capsule.ts';
import { commandProbe } from './command.ts';
import { dockerDaemons } from './docker-daemons.ts';
import { dockerDress } from './docker-dress.ts';
import { fileProbe } from './file.ts';
import { frrRouter } from './frr.ts';
import { bgpSessions, loopbackRoutes, routerMacs, routesPresent, tenantRoute } from './frr-probes.ts';
import { httpProbe } from './http.ts';
import { netnsHost, netnsLink, netnsNamespaces } from './netns.ts';
import { nginxPod } from './nginx.ts';
import { serviceAnswers } from './service-answers.ts';
import { serviceNat } from './service-nat.ts';
import { servicePath, serviceSpread, serviceTrace } from './service-probes.ts';
import { srlLabProbes, srlLabSteps } from './srl-lab.ts';
import { tcpProbe } from './tcp.ts';
import { templateStep } from './template.ts';

// Each type checks its own input; the registry only needs to know that they are step types.
const steps = [
  templateStep,
  aptPackages,
  capsule,
  netnsNamespaces,
  netnsLink,
  netnsHost,
  frrRouter,
  nginxPod,
  serviceNat,
  serviceTrace,
  dockerDress,
  dockerDaemons,
  ...srlLabSteps,
] as readonly unknown[] as readonly StepType[];
const probes = [
  commandProbe,
  httpProbe,
  tcpProbe,
  fileProbe,
  capsuleProbe,
  capsuleLeftovers,
  bgpSessions,
  tenantRoute,
  routerMacs,
  loopbackRoutes,
  routesPresent,
  serviceSpread,
  serviceAnswers,
  servicePath,
  ...srlLabProbes,
] as readonly unknown[] as readonly ProbeType[];

export const builtIn: Registry = {
  steps: new Map(steps.map((type) => [type.name, type])),
  probes: new Map(probes.map((type) => [type.name, type])),
};
